// What pipelines/own-files.ts is in the executable: the program's files are its assets, read from where they lie in it.

import { dirname } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';

export const isBundled = true;

/** The path as messages name it: no such file is on this disk. */
export function ownPath(path: string): string {
  return path;
}

export function readOwnBytes(path: string): Uint8Array {
  return new Uint8Array(getRawAsset(path));
}

export function readOwnText(path: string): string {
  return new TextDecoder().decode(readOwnBytes(path));
}

export function listOwnFiles(folder: string): string[] {
  return getAssetKeys()
    .filter((path) => dirname(path) === folder)
    .toSorted();
}
