// What pipelines/own-files.ts is in the bundle for a Node that is there already: the program's files stand in its text,
// packed, and are unpacked when the first of them is read.

import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The build puts the files here: base64 of gzip of JSON, in which each path has its bytes as base64. */
declare const packedFiles: string;

export const isBundled = true;

let unpacked: ReadonlyMap<string, string> | undefined;

function unpack(): ReadonlyMap<string, string> {
  if (unpacked !== undefined) return unpacked;
  const files: Record<string, string> = JSON.parse(
    gunzipSync(Buffer.from(packedFiles, 'base64')).toString('utf8'),
  );
  unpacked = new Map(Object.entries(files));
  return unpacked;
}

/** The path as messages name it: no such file is on this disk. */
export function ownPath(path: string): string {
  return path;
}

export function readOwnBytes(path: string): Uint8Array {
  const bytes = unpack().get(path);
  if (bytes === undefined) throw new Error(`the bundle does not hold ${path}`);
  return Buffer.from(bytes, 'base64');
}

export function readOwnText(path: string): string {
  return new TextDecoder().decode(readOwnBytes(path));
}

export function listOwnFiles(folder: string): string[] {
  return [...unpack().keys()].filter((path) => dirname(path) === folder).toSorted();
}
