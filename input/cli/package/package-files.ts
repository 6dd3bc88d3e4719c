// A package while it is built: the files by their paths from its root, in the order of the paths.

import { stringify } from 'yaml';

export type PackageFiles = ReadonlyMap<string, string | Uint8Array>;

export function sortFiles(files: PackageFiles): PackageFiles {
  return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The same value gives the same bytes. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 4)}\n`;
}

/** Drops undefined properties, so that they do not show as null. It is for values that JSON can hold. */
export function compact<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
