// Real collectors in processes of their own over one state: one is killed in the middle of a delivery, the next leaves
// alone what it held, and a third one takes that over. Every record is stored, and once.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Feed } from '../../../input/contract/feed.ts';
import type { ItemState } from '../../../input/contract/state.ts';
import { type Emulator, startEmulator } from '../../../input/emulator/index.ts';
import type { SqliteLedger } from '../../../input/state/sqlite/sqlite-ledger.ts';
import { compiledScripts } from '../../compiled-scripts.ts';
import { until } from '../../end-to-end/harness.ts';
import { StandIn } from '../../outputs/elasticsearch/stand-in.ts';
import { openTestLedger, recordingLog, temporaryFolder } from '../state-folder.ts';
import type { WorkerOptions } from './collecting-worker.ts';
import { StateServer } from './state-server.ts';

const records = 100;
const leaseMs = 15 * 60_000;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface SharedLedger {
  readonly emulator: Emulator;
  readonly elasticsearch: StandIn;
  readonly ledger: SqliteLedger;
  /** Moves the clock of the ledger. */
  pass(ms: number): void;
  start(owner: string): ChildProcess;
}

async function prepare(): Promise<SharedLedger> {
  const folder = temporaryFolder();
  closers.push(async () => folder[Symbol.dispose]());
  const emulator = await startEmulator({
    tenants: [{ content: { records, recordsPerBlob: 20, ratePerMinute: 0 } }],
  });
  closers.push(() => emulator.close());
  const elasticsearch = await new StandIn().listen();
  closers.push(() => elasticsearch.close());
  let passed = 0;
  const clock = { now: () => Date.now() + passed, sleep: () => Promise.resolve() };
  const ledger = await openTestLedger(join(folder.path, 'shared'), recordingLog(), clock);
  closers.push(() => ledger.close());
  const server = new StateServer(ledger);
  const state = await server.listen();
  closers.push(() => server.close());
  const [tenant] = emulator.tenants;
  if (!tenant) throw new Error('the emulator has no tenant');
  const { tenantId, clientId, clientSecret } = tenant;
  return {
    emulator,
    elasticsearch,
    ledger,
    pass: (ms) => {
      passed += ms;
    },
    start(owner) {
      const options: WorkerOptions = {
        ...{ state, owner, leaseMs, folder: join(folder.path, owner) },
        ...{ elasticsearch: elasticsearch.url, emulator: emulator.url },
        tenant: { tenantId, clientId, clientSecret },
      };
      const script = join(import.meta.dirname, 'collecting-worker.ts');
      const worker = spawn(process.execPath, [script, JSON.stringify(options)], {
        env: { ...process.env, ...compiledScripts },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      closers.push(() => kill(worker));
      return worker;
    },
  };
}

/** As `kill -9` does. */
async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

async function countItems({ work }: SqliteLedger): Promise<Record<ItemState, number>> {
  const sum = { listed: 0, fetching: 0, acknowledged: 0, expired: 0, poisoned: 0 };
  const add = async (feed: Feed) => {
    const counts = await work.countByState(feed);
    sum.listed += counts.listed;
    sum.fetching += counts.fetching;
    sum.acknowledged += counts.acknowledged;
    sum.expired += counts.expired;
    sum.poisoned += counts.poisoned;
  };
  for (const feed of await work.feeds()) await add(feed);
  return sum;
}

test('nothing is lost and nothing stored twice when one of several collectors is killed', async () => {
  const place = await prepare();
  const { elasticsearch, ledger } = place;
  // What the first one sends is stored, and it never hears of it.
  let stored = false;
  elasticsearch.bulkFaults.push((_, { perform }) => {
    perform();
    stored = true;
  });
  const killed = place.start('killed');
  await until(() => stored);
  await kill(killed);
  // As a rollover does: an Id is refused only within the newest index.
  elasticsearch.indices.push(new Map());

  const second = place.start('second');
  expect(await once(second, 'exit')).toEqual([0, null]);
  const left = await countItems(ledger);
  expect(left.fetching).toBeGreaterThan(0);
  expect(elasticsearch.stored.length).toBeLessThan(records);

  place.pass(leaseMs);
  const third = place.start('third');
  expect(await once(third, 'exit')).toEqual([0, null]);
  const all = [...place.emulator.distinctIds()].map(({ tenantId, id }) => `${tenantId}:${id}`);
  expect(elasticsearch.stored).toEqual(all.toSorted());
  const done = await countItems(ledger);
  expect(done).toMatchObject({ listed: 0, fetching: 0, expired: 0, poisoned: 0 });
});
