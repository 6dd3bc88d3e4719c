// The record-type files of this project, read and resolved.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Definitions } from '../definitions.ts';
import { readFiles } from './read-files.ts';
import { resolve } from './resolve.ts';

/** Reads `record-types/` of a folder and the tables beside it. Throws a DefinitionError. */
export function readDefinitions(folder: string = join(import.meta.dirname, '..')): Definitions {
  const readTable = (name: string) => parse(readFileSync(join(folder, name), 'utf8'));
  const names: Record<string, string> = readTable('record-type-names.yml');
  const workloads: Record<string, number[]> = readTable('record-type-workloads.yml');
  return resolve(readFiles(join(folder, 'record-types')), { names, workloads });
}
