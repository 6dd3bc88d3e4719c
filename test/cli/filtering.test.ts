// What a stream leaves out is counted as filtered wherever records are counted, and is missing nowhere.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { makeWorkplace, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import { runHere as run } from './command.ts';

let emulator: Emulator;
let server: StandIn;
let place: Workplace;

const contentCreated = new Date(Date.now() - 60_000).toISOString();
const record = (id: string, more: object) => ({
  Id: id,
  CreationTime: contentCreated.slice(0, 19),
  RecordType: 6,
  Operation: 'FileAccessed',
  UserType: 0,
  ...more,
});

beforeAll(async () => {
  const content = { records: 0, days: 1, recordsPerBlob: 50, ratePerMinute: 0 };
  emulator = await startEmulator({ tenants: [{ content }] });
  const records = [
    record('kept-1', {}),
    record('kept-2', { Operation: 'FileSynced' }),
    record('by-type', { RecordType: 2 }),
    record('by-operation', { Operation: 'FileSyncUploadedFull' }),
    record('by-user', { UserType: 4 }),
    record('by-processor', { Operation: 'FileDeleted' }),
  ];
  emulator.publish({
    contentType: 'Audit.SharePoint',
    texts: records.map((each) => JSON.stringify(each)),
    contentCreated,
  });
  const onlyFiltered = [JSON.stringify(record('by-user-2', { UserType: 4 }))];
  emulator.publish({ contentType: 'Audit.General', texts: onlyFiltered, contentCreated });
  server = await new StandIn().listen();
  server.answers.set('/_count', (_, { reply }) => reply(200, { count: server.stored.length }));
  const exclude = { record_types: ['ExchangeItem'], operations: ['filesync*Full'], user_types: [4] };
  const processors = [{ drop_event: { when: { equals: { 'event.action': 'FileDeleted' } } } }];
  place = await makeWorkplace({
    streams: [
      streamFor(emulator, 0, { exclude, processors, content_types: ['Audit.SharePoint', 'Audit.General'] }),
      { 'data_stream.dataset': 'm365.collection' },
    ],
    output: { type: 'elasticsearch', hosts: [server.url], proxy_disable: true },
  });
});
afterAll(async () => {
  await emulator.close();
  await server.close();
  await place.remove();
});

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);
const ids = () => server.stored.map((id) => id.replace(/^.*:/, '')).filter((id) => /^(kept|by)-/.test(id));

interface Report {
  readonly content_type: string;
  readonly records: Readonly<Record<string, number>>;
  readonly quiet_for?: number;
}

const reports = (): Report[] =>
  server.bulks
    .filter(({ path }) => path.includes('m365.collection'))
    .flatMap(({ body }) => body.trimEnd().split('\n'))
    .flatMap((line) => JSON.parse(line).m365?.collection ?? []);

describe('records that a stream leaves out', () => {
  test('are not delivered, and counted at the end of a run', async () => {
    const { code, stderr } = await withPolicy('run', '--once');
    expect(ids()).toEqual(['kept-1', 'kept-2']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('2 records delivered, 0 duplicates, 5 filtered'),
    ]);
  });

  test('are reported, and no silence: what is left out came all the same', () => {
    const report = (type: string) => reports().findLast(({ content_type }) => content_type === type);
    expect(report('Audit.SharePoint')).toMatchObject({
      records: { delivered: 2, filtered: 4, duplicate: 0 },
    });
    const { quiet_for: quietFor = Number.NaN, records } = report('Audit.General') ?? {};
    expect(records).toMatchObject({ delivered: 0, filtered: 1 });
    expect(quietFor).toBeGreaterThanOrEqual(0);
  });

  test('are none that prove misses', async () => {
    const { code, stdout } = await withPolicy('prove', '--to', '0s');
    expect(stdout).toMatch(/ twice +filtered$/m);
    expect(stdout).toMatch(/^Audit\.SharePoint +1 +1 +0 +0 +0 +2 +0 +4$/m);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Complete by the ledger')]);
  });

  test('nor when every record is looked for', async () => {
    const { code, stdout } = await withPolicy('prove', '--to', '0s', '--records');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'of 2 distinct records served again, 2 are in Elasticsearch. 4 more are left out by the policy.',
    );
    expect(code).toBe(0);
  });

  test('stand in the state', async () => {
    const shown = (await withPolicy('state', 'show')).stdout;
    expect(shown).toContain('Audit.SharePoint: 4 records are left out by the policy\n');
    const { stdout } = await withPolicy('state', 'show', '--json');
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'Audit.SharePoint', filtered: 4 })]),
    );
  });

  test('leave a dead letter behind them its own record', async () => {
    const error = { type: 'document_parsing_exception', reason: 'no' };
    server.judgeItem = (id) => (id.endsWith('refused') ? { status: 400, error } : undefined);
    const texts = [record('by-user-3', { UserType: 4 }), record('refused', {})].map((each) =>
      JSON.stringify(each),
    );
    emulator.publish({ contentType: 'Audit.SharePoint', texts, contentCreated });
    await withPolicy('run', '--once');
    server.judgeItem = () => undefined;
    const [letter = ''] = readdirSync(join(place.state, 'dead-letters'));
    const [line = ''] = readFileSync(join(place.state, 'dead-letters', letter), 'utf8').split('\n');
    expect(JSON.parse(JSON.parse(line).record).Id).toBe('refused');
  });

  test('come when they are fetched again without the filter', async () => {
    const again = await makeWorkplace({
      streams: [streamFor(emulator, 0, { content_types: ['Audit.SharePoint'] })],
      output: { type: 'elasticsearch', hosts: [server.url], proxy_disable: true },
      process: { state_folder: place.state },
    });
    const { code } = await run(['replay', 'window', '--from', '1h', '--policy', again.policy]);
    await again.remove();
    expect(code).toBe(0);
    expect(ids()).toEqual([
      'by-operation',
      'by-processor',
      'by-type',
      'by-user',
      'by-user-3',
      'kept-1',
      'kept-2',
    ]);
  });
});
