// The record-type files of this project, read and resolved.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Definitions } from '../definitions.ts';
import { readFiles } from './read-files.ts';
import { resolve } from './resolve.ts';

/** Reads `record-types/` and `record-type-names.yml` of a folder. Throws a DefinitionError. */
export function readDefinitions(folder: string = join(import.meta.dirname, '..')): Definitions {
  const names: Record<string, string> = parse(readFileSync(join(folder, 'record-type-names.yml'), 'utf8'));
  return resolve(readFiles(join(folder, 'record-types')), names);
}
