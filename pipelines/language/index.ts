// A dataset as it is written, read and resolved.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { type DatasetName, datasets } from '../datasets.ts';
import type { Definitions } from '../definitions.ts';
import { compiledSchema } from '../json/compiled-schema.ts';
import { ownPath } from '../own-files.ts';
import { readBorrowedFiles } from './borrowed-files.ts';
import { readDatasetFile } from './dataset-file.ts';
import { DefinitionError } from './problem.ts';
import { readFiles } from './read-files.ts';
import type { Tables } from './record-type-tables.ts';
import { resolve } from './resolve.ts';
import { namesTableSchema, workloadsTableSchema } from './schema/table-schemas.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

const namesSchema = compiledSchema<Tables['names']>(namesTableSchema);
const workloadsSchema = compiledSchema<Tables['workloads']>(workloadsTableSchema);

export const pipelinesFolder: string = ownPath('pipelines');

interface ReadOptions {
  /** Rules, cases and properties then say in which file and line they are written. */
  readonly keepLines?: boolean;
}

/** Of this project, or of a copy of its folder. Throws a DefinitionError. */
export function readDefinitions(
  name: DatasetName,
  pipelines: string = pipelinesFolder,
  options: ReadOptions = {},
): Definitions {
  return readDataset(join(pipelines, datasets[name].folder), options);
}

/** Reads the `dataset.yml` of a folder, its `record-types/` and the tables beside them. Throws a DefinitionError. */
export function readDataset(folder: string, { keepLines = false }: ReadOptions = {}): Definitions {
  const dataset = readDatasetFile(folder);
  const files = [...readFiles(join(folder, 'record-types')), ...readBorrowedFiles(folder, dataset)];
  return resolve(files, dataset, readTables(folder), keepLines);
}

/** Of those that are there. Throws a DefinitionError that holds every problem of both. */
function readTables(folder: string): Tables {
  const names = readTable(join(folder, 'record-type-names.yml'), namesSchema());
  const workloads = readTable(join(folder, 'record-type-workloads.yml'), workloadsSchema());
  const problems = [names, workloads].flatMap((file) =>
    file?.content === undefined ? (file?.problems ?? []) : [],
  );
  if (problems.length > 0) throw new DefinitionError(problems);
  return { names: names?.content ?? {}, workloads: workloads?.content ?? {} };
}

function readTable<T>(path: string, validate: ValidateFunction<T>): YamlFile<T> | undefined {
  return existsSync(path) ? readYamlFile(path, validate) : undefined;
}
