// Reads the Painless functions that stand beside their TypeScript, for the scripts of ingest pipelines. Comments and
// blank lines are left out, because Elasticsearch limits how long a script may be.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Takes paths below `pipelines/`, without their extension, and gives the functions of those files in that order. */
export function readPainless(...files: readonly string[]): string {
  return files.map((file) => stripComments(readFileSync(join(root, `${file}.painless`), 'utf8'))).join('\n');
}

function stripComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('//'))
    .join('\n');
}
