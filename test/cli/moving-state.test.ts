// An exported ledger on another machine, whole or not: the run that follows must collect all that the import does not
// know as delivered.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { makeWorkplace, readDelivered, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { runHere as run } from './command.ts';

let emulator: Emulator;
let here: Workplace;
let there: Workplace;
let exported: string[];

const content = { records: 300, days: 1, recordsPerBlob: 10, ratePerMinute: 0 };

beforeAll(async () => {
  emulator = await startEmulator({ tenants: [{ content }] });
  here = await makeWorkplace({ streams: [streamFor(emulator, 0)] });
  const file = join(here.folder, 'exported.ndjson');
  expect((await run(['run', '--once', '--policy', here.policy])).code).toBe(0);
  expect((await run(['state', 'export', file, '--policy', here.policy])).code).toBe(0);
  exported = readFileSync(file, 'utf8').split('\n').slice(0, -1);
});
afterAll(async () => {
  await emulator.close();
  await here.remove();
});

/** Of the content blobs in an export, how many documents they became. */
function deliveredIn(lines: readonly string[]): number {
  return lines
    .filter((line) => line.startsWith('{"kind":"item"') && line.endsWith('}'))
    .reduce((sum, line) => sum + Number(JSON.parse(line).delivered), 0);
}

async function importThere(text: string) {
  there = await makeWorkplace({ streams: [streamFor(emulator, 0)] });
  const file = join(there.folder, 'import.ndjson');
  writeFileSync(file, text);
  const imported = await run(['state', 'import', file, '--policy', there.policy]);
  expect((await run(['run', '--once', '--policy', there.policy])).code).toBe(0);
  const delivered = await readDelivered(there.output);
  await there.remove();
  return { imported, delivered };
}

const blobs = () => exported.filter((line) => line.startsWith('{"kind":"item"')).length;
const firstBlob = () => exported.findIndex((line) => line.startsWith('{"kind":"item"'));
const asText = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

describe('after the import of an export', () => {
  test('that is whole, nothing is collected again', async () => {
    const { imported, delivered } = await importThere(asText(exported));
    expect([imported.code, imported.stdout]).toEqual([
      0,
      expect.stringContaining('The next run asks the output what it has.'),
    ]);
    expect(delivered).toEqual([]);
  });

  test('that was cut, all that it lost is collected', async () => {
    const lines = exported.slice(0, firstBlob() + 7);
    const { imported, delivered } = await importThere(`${asText(lines)}{"kind":"item","ten`);
    expect(imported.code).toBe(1);
    expect(imported.stderr).toContain('is not whole. It ends before its end mark.');
    expect(imported.stderr).toContain(`${blobs() - 7} of ${blobs()} items`);
    expect(imported.stderr).toContain('the next run collects again everything that is still to be had');
    expect(delivered.length).toBe(300 - deliveredIn(lines));
    expect(new Set(delivered).size).toBe(delivered.length);
  });

  test('of the first version, all that it does not hold is collected, whether or not it was cut', async () => {
    const header = JSON.stringify({ ...JSON.parse(exported[0] ?? ''), version: 1, rows: undefined });
    const lines = [header, ...exported.slice(1, firstBlob() + 7)];
    const { imported, delivered } = await importThere(asText(lines));
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    expect(imported.stdout).toContain('whether it is whole cannot be told');
    expect(delivered.length).toBe(300 - deliveredIn(lines));
  });
});

test('what cannot be read is told before a ledger is made', async () => {
  const state = join(here.folder, 'none');
  for (const file of [join(here.folder, 'missing'), here.folder]) {
    const { code, stderr } = await run(['state', 'import', file, '--state', state]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/cannot be read: (there is no such file|it is a directory)/),
    ]);
  }
  expect(existsSync(state)).toBe(false);
});
