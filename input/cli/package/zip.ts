// Makes a zip of a package with the same bytes whenever and wherever it is made: one top folder, files in the order of
// their paths, one date.

import { type Zippable, zipSync } from 'fflate';
import type { PackageFiles } from './package-files.ts';

/** The first day that a zip can hold, in the time of this machine, which is how zips keep it. */
const date = new Date(1980, 0, 1);

export function zipPackage(folder: string, files: PackageFiles): Uint8Array {
  const entries: Zippable = {};
  for (const [path, content] of files) entries[`${folder}/${path}`] = toBytes(content);
  return zipSync(entries, { level: 9, mtime: date });
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
