// Raw records into a data stream that another package owns, whose pipeline does what matters of Elastic's o365: it takes
// the record from o365audit, names the document by a hash of the Id, moves what it knows elsewhere, and may fail on a
// record half way. Everything arrives once, also while answers are lost and the data stream is rolled over.

import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run } from '../cli/command.ts';
import { makeWorkplace, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { ask, clusterUrl } from './cluster.ts';
import { readingKey } from './create-only-key.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { createsOnly, openFront } from './front.ts';
import { installOwner, removeOwner } from './raw-owner.ts';

const namespace = `raw${randomUUID().slice(0, 8)}`;
const dataStream = `logs-o365.audit-${namespace}`;
let emulator: Emulator;
let proxy: FaultProxy;
let place: Workplace;
let faults = 0;
const rollovers: Promise<unknown>[] = [];

/** One on which the pipeline fails before it has moved anything, one without an Id, two that differ in a type. */
function oddTexts(tenantId: string): string[] {
  const common = `"CreationTime":"${new Date(emulator.time.now() - 3_600_000).toISOString().slice(0, 19)}","RecordType":1`;
  const own = `"OrganizationId":"${tenantId}",${common}`;
  return [
    `{"Id":"unfit","Operation":"Unfit",${own}}`,
    `{"Operation":"Nameless",${common}}`,
    `{"Id":"number","Operation":"Odd",${own},"Odd":{"a":12345678901234567890}}`,
    `{"Id":"text","Operation":"Odd",${own},"Odd":{"a":"text"}}`,
  ];
}

beforeAll(async () => {
  await installOwner(dataStream);
  emulator = await startEmulator({
    seed: 5,
    startCooldown: 'off',
    tenants: [
      {
        content: {
          records: 400,
          days: 1,
          recordsPerBlob: 20,
          ratePerMinute: 0,
          habits: { repeatedRecords: 0.1, listedTwice: 0.1 },
        },
      },
    ],
  });
  emulator.publish({
    contentType: 'Audit.General',
    texts: oddTexts(emulator.tenants[0]?.tenantId ?? ''),
    contentCreated: new Date(emulator.time.now() - 60_000).toISOString(),
  });
  proxy = await openFront(clusterUrl, (path) => {
    if (!path.includes('_bulk') || faults >= 6) return 'pass';
    faults += 1;
    if (faults % 2 === 1) return 'busy';
    // While a request is at work whose answer will not arrive: its documents are then in an older backing index, where
    // only a key that may read finds them.
    if (!createsOnly) rollovers.push(ask('POST', `/${dataStream}/_rollover`));
    return 'lost answer';
  });
  place = await makeWorkplace({
    streams: [streamFor(emulator, 0, { documents: 'raw', tenant_name: 'Contoso', concurrent_blobs: 2 })],
    output: {
      type: 'elasticsearch',
      hosts: [proxy.url],
      read_api_key: readingKey,
      bulk_max_bytes: '64KiB',
      'backoff.init': '100ms',
      'backoff.max': '500ms',
    },
    namespace,
  });
});

afterAll(async () => {
  await proxy.close();
  await emulator.close();
  await place.remove();
  await ask('DELETE', `/_data_stream/${dataStream}`);
  await removeOwner(dataStream);
});

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);

interface Stored {
  readonly _id: string;
  // biome-ignore lint/suspicious/noExplicitAny: documents of every shape
  readonly _source: any;
}

async function readStored(): Promise<Stored[]> {
  await ask('POST', `/${dataStream}/_refresh`);
  return (await ask('POST', `/${dataStream}/_search`, { size: 10_000 })).body.hits.hits;
}

const truth = () => [...emulator.distinctIds()].map(({ id }) => id).sort();
const recordIds = (stored: readonly Stored[]) =>
  stored.flatMap(({ _source }) => _source.event.id ?? _source.o365audit?.Id ?? []).sort();

/** What went into an earlier backing index only a key that may read finds. */
const testLooking = createsOnly ? test.skip : test;

describe('with documents: raw', () => {
  test('setup has nothing to do, and check finds the owner in its place', async () => {
    const setup = await withPolicy('setup');
    expect(setup.code).not.toBe(0);
    expect(setup.stderr).toContain('nothing needs to be');
    const { stdout } = await withPolicy('check', '--json');
    const findings: { name: string; state: string; message: string }[] = JSON.parse(stdout).findings;
    // Only an administrator's key shows the template of a data stream that is not there yet.
    const seen = createsOnly
      ? { state: 'note' }
      : { state: 'ok', message: expect.stringContaining('of the package "o365"') };
    expect(findings.find(({ name }) => name === 'templates')).toMatchObject(seen);
  });

  test('every record is there once, mapped by its owner, whatever answers were lost', async () => {
    const { code, stderr } = await withPolicy('run', '--once', '--force');
    await Promise.all(rollovers);
    expect(code === 0 ? '' : stderr).toBe('');
    expect(rollovers.length).toBe(createsOnly ? 0 : 3);
    expect(stderr).not.toContain('possibly duplicate');
    const stored = await readStored();
    expect(recordIds(stored)).toEqual(truth());
    // Beside them the one that has no Id.
    expect(stored).toHaveLength(truth().length + 1);
    expect(stderr).toMatch(
      new RegExp(`Ended: ${stored.length} records delivered, \\d+ duplicates, 0 dead letters`),
    );
    const whole = stored.find(({ _source }) => _source.o365?.audit && _source.event.id);
    expect(whole?._source).toMatchObject({
      organization: { id: emulator.tenants[0]?.tenantId, name: 'Contoso' },
      o365: { audit: { RecordType: expect.any(String) } },
      event: { dataset: 'o365.audit', created: expect.any(String) },
    });
    expect(whole?._id).not.toContain(':');
  });

  test('prove asks for every record and finds it', async () => {
    const { code, stdout } = await withPolicy('prove', '--to', '0s', '--records');
    expect(stdout).toContain('Complete.');
    expect(code).toBe(0);
    await ask('POST', `/${dataStream}/_delete_by_query?refresh=true`, {
      query: { term: { 'event.id': truth()[0] } },
    });
    expect((await withPolicy('prove', '--to', '0s', '--records')).code).toBe(1);
  });

  testLooking('replay brings back what was deleted, and doubles nothing, also after a rollover', async () => {
    await ask('POST', `/${dataStream}/_rollover`);
    const { code, stdout } = await withPolicy('replay', 'window', '--from', '7d', '--to', '0s');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/; 1 records delivered, \d+ were there already, 0 refused/),
    ]);
    expect(recordIds(await readStored())).toEqual(truth());
  });

  testLooking('state rebuild reads the records back, so that the next run sends nothing', async () => {
    rmSync(place.state, { recursive: true });
    const rebuilt = await withPolicy('state', 'rebuild');
    expect([rebuilt.code, rebuilt.stdout]).toEqual([
      0,
      expect.stringMatching(`${dataStream}: \\d+ recent Ids`),
    ]);
    await ask('POST', `/${dataStream}/_rollover`);
    expect((await withPolicy('run', '--once', '--force')).stderr).toContain('Ended: 0 records delivered');
    expect(recordIds(await readStored())).toEqual(truth());
  });

  testLooking('a new collector, as after one of the owner’s own, finds what is there already', async () => {
    rmSync(place.state, { recursive: true });
    await ask('POST', `/${dataStream}/_rollover`);
    const { code, stderr } = await withPolicy('run', '--once', '--force');
    expect(code).toBe(0);
    expect(stderr).toContain('Ended: 0 records delivered');
    expect(stderr).not.toContain('second-collector');
    expect(recordIds(await readStored())).toEqual(truth());
  });
});
