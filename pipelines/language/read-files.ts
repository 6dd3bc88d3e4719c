// Reads record-type files and checks their shape.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SourceLine } from '../definitions.ts';
import { compiledSchema } from '../json/compiled-schema.ts';
import { DefinitionError } from './problem.ts';
import { commonSchema } from './schema/common-schema.ts';
import { recordTypeSchema } from './schema/record-type-schema.ts';
import type { FileSource } from './sources.ts';
import { type ProblemAt, readYamlFile, type YamlFile, type YamlPath } from './yaml-file.ts';

export interface SourceFile {
  /** `sign-in` for `sign-in.yml`. */
  readonly name: string;
  readonly content: FileSource;
  readonly problemAt: ProblemAt;
}

/** The file that says what holds for all records. */
export const commonFile = 'common';

const fileSchema = compiledSchema<FileSource>(recordTypeSchema());
const ofCommonFile = compiledSchema<FileSource>(commonSchema());

/** All `.yml` files of a folder, by name. Throws a DefinitionError that holds every problem of every file. */
export function readFiles(folder: string): SourceFile[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((fileName) => readAny(folder, fileName));
  const problems = files.flatMap((file) => (file.content === undefined ? file.problems : []));
  if (problems.length > 0) throw new DefinitionError(problems);
  return files.filter((file) => file.content !== undefined);
}

/** Throws a DefinitionError. */
export function readFile(folder: string, fileName: string): SourceFile {
  const file = readAny(folder, fileName);
  if (file.content === undefined) throw new DefinitionError(file.problems);
  return file;
}

function readAny(folder: string, fileName: string): { readonly name: string } & YamlFile<FileSource> {
  const name = basename(fileName, '.yml');
  const schema = name === commonFile ? ofCommonFile : fileSchema;
  return { name, ...readYamlFile(join(folder, fileName), schema()) };
}

export function lineAt(file: SourceFile, path: YamlPath): SourceLine {
  return { file: `${file.name}.yml`, line: file.problemAt(path, '').line };
}
