// The record-type files of this project, read and resolved.

import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Definitions } from '../definitions.ts';
import { DefinitionError } from './problem.ts';
import { readFiles } from './read-files.ts';
import type { Tables } from './record-type-tables.ts';
import { resolve } from './resolve.ts';
import { namesTableSchema, workloadsTableSchema } from './schema.ts';
import { readYamlFile } from './yaml-file.ts';

const ajv = new Ajv({ allErrors: true, verbose: true });
const validateNames = ajv.compile<Tables['names']>(namesTableSchema);
const validateWorkloads = ajv.compile<Tables['workloads']>(workloadsTableSchema);

export const pipelinesFolder: string = join(import.meta.dirname, '..');

interface ReadOptions {
  /** Whether rules, cases and properties say in which file and line they are written. */
  readonly keepLines?: boolean;
}

/** Reads `record-types/` of a folder and the tables beside it. Throws a DefinitionError. */
export function readDefinitions(
  folder: string = pipelinesFolder,
  { keepLines = false }: ReadOptions = {},
): Definitions {
  return resolve(readFiles(join(folder, 'record-types')), readTables(folder), keepLines);
}

/** Throws a DefinitionError. */
function readTables(folder: string = pipelinesFolder): Tables {
  const names = readYamlFile(join(folder, 'record-type-names.yml'), validateNames);
  const workloads = readYamlFile(join(folder, 'record-type-workloads.yml'), validateWorkloads);
  const problems = [names, workloads].flatMap((file) => (file.content === undefined ? file.problems : []));
  if (names.content === undefined || workloads.content === undefined) throw new DefinitionError(problems);
  return { names: names.content, workloads: workloads.content };
}
