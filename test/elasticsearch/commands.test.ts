// The commands that ask Elasticsearch itself: check, prove --records, replay, state rebuild.

import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run } from '../cli/command.ts';
import { makeWorkplace, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { ask, clusterUrl, storedIds } from './cluster.ts';

const namespace = `commands${randomUUID().slice(0, 8)}`;
const dataStream = `logs-o365.audit-${namespace}`;
let emulator: Emulator;
let place: Workplace;

beforeAll(async () => {
  await ask('PUT', `/_index_template/${dataStream}`, {
    index_patterns: [dataStream],
    priority: 950,
    data_stream: {},
    template: { settings: { number_of_replicas: 0 }, mappings: { dynamic: false } },
  });
  emulator = await startEmulator({
    tenants: [{ content: { records: 200, days: 1, recordsPerBlob: 50, ratePerMinute: 0 } }],
  });
  place = await makeWorkplace({
    streams: [streamFor(emulator)],
    output: { type: 'elasticsearch', hosts: [clusterUrl] },
    namespace,
  });
});

afterAll(async () => {
  await emulator.close();
  await place.remove();
  await ask('DELETE', `/_data_stream/${dataStream}`);
  await ask('DELETE', `/_index_template/${dataStream}`);
});

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);
const proveRecords = () => withPolicy('prove', '--to', '0s', '--records');
const deleteSome = async (count: number) => {
  const ids = (await storedIds(dataStream)).slice(0, count);
  await ask('POST', `/${dataStream}/_delete_by_query?refresh=true`, { query: { ids: { values: ids } } });
};

describe('with Elasticsearch', () => {
  test('check names what it found out about the cluster', async () => {
    const { stdout } = await withPolicy('check', '--json');
    const about = 'Output default (elasticsearch)';
    const findings: { about: string; name: string; state: string }[] = JSON.parse(stdout).findings;
    const names = findings.filter((finding) => finding.about === about).map(({ name }) => name);
    expect(names).toEqual(['version', 'processors', 'privileges', 'templates']);
    expect(findings.find(({ name }) => name === 'version')?.state).toBe('ok');
  });

  test('prove --records finds every record, and each one that is missing', async () => {
    expect((await withPolicy('run', '--once', '--force')).code).toBe(0);
    const sound = await proveRecords();
    expect([sound.code, sound.stderr]).toEqual([0, '']);
    expect(sound.stdout).toMatch(/of \d+ distinct records served again, \d+ are in Elasticsearch/);
    await deleteSome(3);
    const { code, stdout } = await proveRecords();
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ').match(/missing in Elasticsearch: /g)).toHaveLength(3);
  });

  test('replay window brings back what was deleted, and doubles nothing, also after a rollover', async () => {
    await ask('POST', `/${dataStream}/_rollover`);
    const { code, stdout } = await withPolicy('replay', 'window', '--from', '7d');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/; 3 records delivered, \d+ were there already, 0 refused/),
    ]);
    expect((await proveRecords()).code).toBe(0);
    const ids = await storedIds(dataStream);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(200);
  });

  test('prove counts what the data stream holds, and is not content with less than was delivered', async () => {
    const sound = await withPolicy('prove', '--to', '0s');
    expect([sound.code, sound.stdout]).toEqual([
      0,
      expect.stringContaining(`${dataStream} in default: 200 documents; the ledger says 200`),
    ]);
    await deleteSome(1);
    const lacking = await withPolicy('prove', '--to', '0s');
    expect([lacking.code, lacking.stdout.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringContaining('200 records were delivered, and only 199 documents are there'),
    ]);
    expect((await withPolicy('replay', 'window', '--from', '7d')).code).toBe(0);
    expect((await withPolicy('prove', '--to', '0s')).code).toBe(0);
  });

  test('state rebuild reads the Ids back, so that the next run sends nothing', async () => {
    rmSync(place.state, { recursive: true });
    const rebuilt = await withPolicy('state', 'rebuild');
    expect([rebuilt.code, rebuilt.stdout]).toEqual([
      0,
      expect.stringContaining(`${dataStream}: 200 recent Ids`),
    ]);
    const { stderr } = await withPolicy('run', '--once', '--force');
    expect(stderr).toContain('Ended: 0 records delivered');
    expect(await storedIds(dataStream)).toHaveLength(200);
  });

  test('prove finds the deleted data stream, also where the ledger knows by a replay only what was there', async () => {
    rmSync(place.state, { recursive: true });
    mkdirSync(place.state);
    expect((await withPolicy('replay', 'window', '--from', '7d')).code).toBe(0);
    await ask('DELETE', `/_data_stream/${dataStream}`);
    const { code, stdout } = await withPolicy('prove', '--to', '0s');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/only 0\s+documents are there/)]);
    expect(stdout).toContain('Not complete.');
  });
});
