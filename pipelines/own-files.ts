// Gives the program its own files, such as the generated definitions, by their path in the repository. The bundle holds
// them itself: there the build puts a module of the same shape in place of this one.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** True in the executable and the bundle, which hold only what a collector's machine needs. */
export const isBundled: boolean = false;

/** The location of a file or folder, for those who read it by themselves and for messages. */
export function ownPath(path: string): string {
  return join(root, path);
}

/** Reads a file as bytes. Throws where there is none. */
export function readOwnBytes(path: string): Uint8Array {
  return readFileSync(ownPath(path));
}

/** Reads a file as text. Throws where there is none. */
export function readOwnText(path: string): string {
  return readFileSync(ownPath(path), 'utf8');
}

/** Lists the paths of the files right below a folder, in order; none where there is no such folder. */
export function listOwnFiles(folder: string): string[] {
  return globSync(`${folder}/*`, { cwd: root }).toSorted();
}
