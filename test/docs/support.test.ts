// The table of what this project was tried with holds every part that people ask for, in words that mean something.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { writeSupport } from '../../input/cli/support/write-support.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'support.yml');

test('it names the stack, the agents and the platforms, and claims no Kibana', () => {
  const groups: { title: string; rows: { name: string; how: string; note: string }[] }[] = parse(
    readFileSync(file, 'utf8'),
  );
  const named = groups.flatMap(({ title, rows }) => rows.map(({ name }) => `${title} ${name}`)).join('\n');
  for (const asked of [
    '8.18',
    '8.19',
    '9.4.3',
    'Serverless',
    'Elastic Agent 9.',
    'windows',
    'darwin',
    'linux',
  ])
    expect(named).toContain(asked);
  const kibana = groups.find(({ title }) => title.startsWith('Kibana'))?.rows ?? [];
  expect(kibana.filter(({ how }) => how === 'tried')).toEqual([]);
  // What is not tried needs no excuse; everything else says how.
  for (const { how, note } of groups.flatMap(({ rows }) => rows)) expect(note === '').toBe(how === 'not');
});

test('a word that means nothing is refused, with its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'm365-support-'));
  const wrong = join(folder, 'support.yml');
  writeFileSync(wrong, '- title: A\n  rows:\n    - {name: b, how: surely, note: c}\n');
  expect(() => writeSupport(wrong)).toThrow(/support\.yml:3: unknown word "surely"/);
  rmSync(folder, { recursive: true });
});
