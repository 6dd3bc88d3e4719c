// Writes everything that is made from the record-type files; a test compares what is committed with what this makes.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listArtefacts } from './artefacts.ts';

const root = join(import.meta.dirname, '../..');

for (const { path, text } of listArtefacts()) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
