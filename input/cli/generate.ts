// Writes everything that is made from the record-type files; a test compares what is committed with what this makes.

import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DefinitionError } from '../../pipelines/language/problem.ts';
import { type Artefact, listArtefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '../..');
const artefacts = listOrComplain();

for (const left of globSync('{fields,pipelines}/generated/**/*.json', { cwd: root })) {
  if (!artefacts.some(({ path }) => path === left)) rmSync(join(root, left));
}
for (const { path, text } of artefacts) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Faults in the definitions are for their author: a line each, with file and line. */
function listOrComplain(): Artefact[] {
  try {
    return listArtefacts();
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
