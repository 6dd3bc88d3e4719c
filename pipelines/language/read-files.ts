// Reads record-type files and checks their shape.

import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { DefinitionError } from './problem.ts';
import { type FileSource, fileSchema } from './schema.ts';
import { type ProblemAt, readYamlFile } from './yaml-file.ts';

export interface SourceFile {
  /** `sign-in` for `sign-in.yml`. */
  readonly name: string;
  readonly content: FileSource;
  readonly problemAt: ProblemAt;
}

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile<FileSource>(
  fileSchema,
);

/** All `.yml` files of a folder, by name. Throws a DefinitionError that holds every problem of every file. */
export function readFiles(folder: string): SourceFile[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => ({ name: basename(name, '.yml'), ...readYamlFile(join(folder, name), validate) }));
  const problems = files.flatMap((file) => (file.content === undefined ? file.problems : []));
  if (problems.length > 0) throw new DefinitionError(problems);
  return files.filter((file) => file.content !== undefined);
}
