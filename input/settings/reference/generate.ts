// Writes the files that are generated from the settings; a test regenerates them and compares.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeLogTypes } from './write-log-types.ts';
import { writeReference } from './write-reference.ts';
import { writeSample } from './write-sample.ts';

/** Path from the root of the repository → text. */
export function generateSettings(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/settings.md', writeReference()],
    ['docs/log-types.md', writeLogTypes()],
    ['deploy/sample-policy.yml', writeSample()],
  ]);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../../..');
  for (const [path, text] of generateSettings()) writeFileSync(join(root, path), text);
}
