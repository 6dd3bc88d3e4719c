// Raw records to where no pipeline is: into files and onto standard output.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run } from '../cli/command.ts';
import { compare, makeWorkplace, nothingAmiss, streamFor, type Workplace } from './harness.ts';

const created = new Date(Date.now() - 60_000).toISOString().slice(0, 19);
const textual = `{"Id":"as-served","CreationTime":"${created}", "Size":12345678901234567890,\n"RecordType":1}`;

let emulator: Emulator;
let place: Workplace;

beforeAll(async () => {
  const content = { records: 300, days: 1, recordsPerBlob: 50, ratePerMinute: 0 };
  emulator = await startEmulator({ seed: 11, tenants: [{ content }] });
  emulator.publish({
    contentType: 'Audit.General',
    texts: [textual, 'null'],
    contentCreated: new Date(emulator.time.now() - 60_000).toISOString(),
  });
  const stream = streamFor(emulator, 0, {
    documents: 'raw',
    tenant_name: 'Contoso',
    preserve_original_event: true,
  });
  place = await makeWorkplace({ streams: [stream] });
});
afterAll(async () => {
  await emulator.close();
  await place.remove();
});

interface RawLine {
  readonly _id: string;
  readonly '@timestamp': string;
  readonly event: Readonly<Record<string, string>>;
  readonly o365audit?: Readonly<Record<string, unknown>>;
}

const parseLines = (text: string): RawLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const readLines = () =>
  readdirSync(place.output)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => parseLines(readFileSync(join(place.output, name), 'utf8')));
const idsOf = (lines: readonly RawLine[]) =>
  lines.flatMap(({ o365audit }) => (o365audit ? [String(o365audit.Id)] : []));
const truth = () => [...emulator.distinctIds()].map(({ id }) => id);
const collect = (...words: string[]) => run(['run', '--policy', place.policy, '--once', ...words]);

describe('raw documents in files', () => {
  test('hold every record once, as it was served, with what a file has to add', async () => {
    expect((await collect()).code).toBe(0);
    const lines = readLines();
    expect(compare(truth(), idsOf(lines))).toEqual(nothingAmiss);
    for (const { _id, event, o365audit, ...rest } of lines.filter((line) => line.o365audit)) {
      if (o365audit?.Id === 'as-served') continue;
      expect(_id).toBe(`${o365audit?.OrganizationId}:${o365audit?.Id}`);
      expect(Object.keys(JSON.parse(event.original ?? ''))).toEqual(Object.keys(o365audit ?? {}));
      expect(rest).toMatchObject({ '@timestamp': `${o365audit?.CreationTime}Z` });
      expect(event).toMatchObject({ dataset: 'o365.audit', ingested: expect.any(String) });
    }
  });

  test('hold what is oddly spelled or no record at all, too', () => {
    const lines = readLines();
    const odd = lines.find(({ o365audit }) => o365audit?.Id === 'as-served');
    expect(odd?.event.original).toBe(textual);
    expect(odd?.o365audit?.Size).toBe('12345678901234567890');
    expect(lines.find(({ event }) => event.kind === 'pipeline_error')?.event.original).toBe('null');
  });

  test('are known again after the ledger was lost', async () => {
    rmSync(place.state, { recursive: true });
    expect((await run(['state', 'rebuild', '--policy', place.policy])).code).toBe(0);
    expect((await collect()).stderr).toContain('Ended: 0 records delivered');
    expect(readLines()).toHaveLength(truth().length + 1);
  });
});

test('raw documents go to standard output', async () => {
  rmSync(place.state, { recursive: true });
  const { code, stdout } = await collect('--output', 'console');
  expect(code).toBe(0);
  expect(compare(truth(), idsOf(parseLines(stdout)))).toEqual(nothingAmiss);
});
