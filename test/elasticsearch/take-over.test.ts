// A data stream changes hands: Elastic's input filled it, or this collector did with "documents: raw", under a pipeline
// that names documents by a hash of the Id. Then it is taken over, and every way to collect again must find what is there.

import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run, start } from '../cli/command.ts';
import { makeWorkplace, streamFor, until, type Workplace } from '../end-to-end/harness.ts';
import { ask, clusterUrl, putSmallestTemplate } from './cluster.ts';
import { installOwner, removeOwner } from './raw-owner.ts';

const records = 200;
let original: string;
let namespace: string;
let dataStream: string;
let emulator: Emulator;
let rawPlace: Workplace;
let place: Workplace;

beforeEach(async () => {
  namespace = `over${randomUUID().slice(0, 8)}`;
  dataStream = `logs-o365.audit-${namespace}`;
  emulator = await startEmulator({
    seed: 5,
    startCooldown: 'off',
    tenants: [{ content: { records: records - 7, days: 2, recordsPerBlob: 20, ratePerMinute: 0 } }],
  });
  const contentCreated = new Date(emulator.time.now() - 3_600_000).toISOString();
  original = emulator.publish({ contentType: 'Audit.General', generate: 7, contentCreated }).contentId;
  const parts = { output: { type: 'elasticsearch', hosts: [clusterUrl] }, namespace };
  rawPlace = await makeWorkplace({ ...parts, streams: [streamFor(emulator, 0, { documents: 'raw' })] });
  place = await makeWorkplace({ ...parts, streams: [streamFor(emulator)] });
  await installOwner(dataStream);
});

afterEach(async () => {
  await emulator.close();
  await rawPlace.remove();
  await place.remove();
  await ask('DELETE', `/_data_stream/${dataStream}`);
  await removeOwner(dataStream);
});

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);
const collect = () => withPolicy('run', '--once', '--force');

/** Elastic's own input would send the same; its agent adds who it is. */
async function fillAsOwner(): Promise<void> {
  const { code, stderr } = await run(['run', '--once', '--force', '--policy', rawPlace.policy]);
  expect(code === 0 ? '' : stderr).toBe('');
  expect(await eventIds()).toHaveLength(records);
}

/** As `m365 setup --take-over` does, with a template of the smallest mapping. */
async function takeOver(): Promise<void> {
  await removeOwner(dataStream);
  await putSmallestTemplate(dataStream, { priority: 960, _meta: { managed_by: 'm365' } });
  await ask('POST', `/${dataStream}/_rollover`);
}

async function readStored() {
  await ask('POST', `/${dataStream}/_refresh`);
  return (await ask('POST', `/${dataStream}/_search`, { size: 10_000 })).body.hits?.hits ?? [];
}

const eventIds = async (): Promise<string[]> =>
  (await readStored()).map((hit: { _source: { event: { id: string } } }) => hit._source.event.id).sort();

const truth = () => [...new Set([...emulator.distinctIds()].map(({ id }) => id))].sort();

describe('after a take-over from a package that names documents by a hash', () => {
  beforeEach(async () => {
    await fillAsOwner();
    await takeOver();
  });

  test('a first run without a ledger doubles nothing', async () => {
    const { code, stderr } = await collect();
    expect([code, stderr]).toEqual([0, expect.stringContaining('Ended: 0 records delivered')]);
    expect(stderr).not.toContain('another one may be reading');
    expect(await eventIds()).toEqual(truth());
  });

  test('what the ledger has no reason to doubt is not doubled either: content types that come later', async () => {
    const some = await makeWorkplace({
      streams: [streamFor(emulator, 0, { content_types: ['Audit.Exchange'] })],
      output: { type: 'elasticsearch', hosts: [clusterUrl] },
      namespace,
      process: { state_folder: place.state },
    });
    expect((await run(['run', '--once', '--force', '--policy', some.policy])).code).toBe(0);
    await some.remove();
    const { code, stderr } = await collect();
    expect([code, stderr]).toEqual([0, expect.stringContaining('Ended: 0 records delivered')]);
    expect(stderr).not.toContain('another one may be reading');
    expect(await eventIds()).toEqual(truth());
  });

  test('nor is a record that its owner stored and that comes again in new content', async () => {
    const recent = await makeWorkplace({
      streams: [streamFor(emulator, 0, { initial_interval: '10m' })],
      output: { type: 'elasticsearch', hosts: [clusterUrl] },
      namespace,
    });
    const collectRecent = () => run(['run', '--once', '--force', '--policy', recent.policy]);
    expect((await collectRecent()).code).toBe(0);
    const ended = emulator.time.now();
    const contentCreated = new Date(ended).toISOString();
    emulator.publish({ contentType: 'Audit.General', copyOf: original, contentCreated });
    await until(() => emulator.time.now() > ended + 1000);
    const { code, stderr } = await collectRecent();
    await recent.remove();
    expect([code, stderr]).toEqual([0, expect.stringContaining('Ended: 0 records delivered, 7 duplicates')]);
    expect(stderr).not.toContain('another one may be reading');
    expect(await eventIds()).toEqual(truth());
  });

  test('replay window doubles nothing, and brings what is not there', async () => {
    const [gone] = truth();
    await ask('POST', `/${dataStream}/_delete_by_query?refresh=true`, {
      query: { term: { 'event.id': gone } },
    });
    mkdirSync(place.state);
    const { code, stdout } = await withPolicy('replay', 'window', '--from', '7d', '--to', '0s');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`; 1 records delivered, ${records - 1} were there already, 0 refused`),
      ),
    ]);
    expect(await eventIds()).toEqual(truth());
  });

  test('state rebuild reads back what both stored, so that the next run asks nothing', async () => {
    const rebuilt = await withPolicy('state', 'rebuild');
    expect([rebuilt.code, rebuilt.stdout]).toEqual([
      0,
      expect.stringContaining(`${dataStream}: ${records} recent Ids`),
    ]);
    expect((await collect()).stderr).toContain(`Ended: 0 records delivered, ${records} duplicates`);
    expect(await eventIds()).toEqual(truth());
  });

  test('prove --records finds everything, and is not content where a record is there twice', async () => {
    await collect();
    const sound = await withPolicy('prove', '--to', '0s', '--records');
    expect(sound.code === 0 ? '' : sound.stdout).toBe('');
    const [id] = truth();
    const [{ _source }] = (await readStored()).filter(
      (hit: { _source: { event: { id: string } } }) => hit._source.event.id === id,
    );
    await ask('PUT', `/${dataStream}/_create/other?refresh=true`, _source);
    const { code, stdout } = await withPolicy('prove', '--to', '0s', '--records');
    expect([code, stdout]).toEqual([1, expect.stringContaining('more than one document in Elasticsearch')]);
    expect(stdout).toContain('Not complete.');
  });
});

test('mapped documents are held back from a data stream of another package, and said so', async () => {
  const { child, outcome, printed } = start(['run', '--force', '--policy', place.policy]);
  try {
    await printed(/of the package .{1,2}o365/);
  } finally {
    // Asked to stop, it would first wait for what it holds back.
    child.kill('SIGKILL');
    await outcome;
  }
  expect(await readStored()).toEqual([]);
  const { code, stdout } = await withPolicy('check');
  expect(code).toBe(1);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('The package "o365" owns it');
});
