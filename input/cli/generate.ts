// Writes everything that is made from the record-type files; a test compares what is committed with what this makes.

import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listArtefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '../..');
const artefacts = listArtefacts();

for (const left of globSync('{fields,pipelines}/generated/**/*.json', { cwd: root })) {
  if (!artefacts.some(({ path }) => path === left)) rmSync(join(root, left));
}
for (const { path, text } of artefacts) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
