import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { listArtefacts } from '../../input/cli/artefacts.ts';

const root = join(import.meta.dirname, '../..');
const artefacts = listArtefacts();

describe('what is generated is committed as it is made (npm run generate)', () => {
  test.each(artefacts.map(({ path, text }) => [path, text] as const))('%s', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8') === text).toBe(true);
    expect(text.slice(0, 200)).toMatch(/generated|Generated/);
  });

  test('and nothing else lies among it', () => {
    const present = globSync('{fields,pipelines}/generated/**/*.json', { cwd: root });
    expect(present.filter((file) => !artefacts.some(({ path }) => path === file))).toEqual([]);
  });
});
