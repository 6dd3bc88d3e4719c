// A stream that ends in order gives back the items that it holds, and only these; whoever takes them then fences it.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from '@jest/globals';
import type { Clock } from '../../input/contract/clock.ts';
import type { Feed } from '../../input/contract/feed.ts';
import { startEmulator } from '../../input/emulator/index.ts';
import type { Unit } from '../../input/settings/units/unit.ts';
import { Components } from '../../input/state/sqlite/components.ts';
import { SqliteWorkLedger } from '../../input/state/sqlite/work-items.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { streamFor } from '../end-to-end/harness.ts';
import { StandIn } from '../outputs/elasticsearch/stand-in.ts';
import { readAll, temporaryFolder } from '../state/state-folder.ts';
import { fileUnit, inputUnit, openProcess, unit } from './process-harness.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const contentType = 'Audit.General';
const counts = { delivered: 1, duplicate: 0, deadLettered: 0 };
const other = { owner: 'another process', ms: 60_000 };
const feedOf = (tenant: string): Feed => ({ tenant, source: 'management-activity', name: contentType });

/** The work of a running process as another one sees it, on a connection of its own. */
function lookFromOutside(folder: string, clock: Clock): SqliteWorkLedger {
  const database = new DatabaseSync(join(folder, 'state', 'ledger.db'), { timeout: 10_000 });
  closers.push(() => database.close());
  const access = {
    read: async <T>(look: () => T) => look(),
    write: async <T>(work: () => T) => work(),
  };
  return new SqliteWorkLedger(database, new Components(database), access, clock);
}

/** Two tenants, each with eight blobs of one record, and a process that can be told which streams to run. */
async function start(output: (folder: string) => Unit) {
  const clock = new IdleClock();
  const folder = temporaryFolder();
  closers.push(() => folder[Symbol.dispose]());
  const content = { content: { records: 0, ratePerMinute: 0 } };
  const emulator = await startEmulator({ clock, tenants: [content, content] });
  closers.push(() => emulator.close());
  const contentCreated = new Date(clock.now() - 60_000).toISOString();
  for (const { tenantId: tenant } of emulator.tenants)
    for (let blob = 0; blob < 8; blob += 1)
      emulator.publish({ tenant, contentType, generate: 1, contentCreated });
  const { apply, collector } = await openProcess({ folder: folder.path, clock, random: () => 0.5 });
  closers.push(() => clock.during(collector.close()));
  const more = { content_types: [contentType], concurrent_blobs: 1 };
  const run = (...streams: readonly number[]) => {
    const wanted = streams.map((index) => ({ id: `s${index}`, ...streamFor(emulator, index, more) }));
    return apply([output(folder.path), inputUnit('one', 'out', wanted)]);
  };
  const work = lookFromOutside(folder.path, clock);
  const held = async (feed: Feed) =>
    (await readAll(work.between(feed, '2000', '2100'))).filter(({ owner }) => owner !== undefined);
  const feed = (index: number) => feedOf(emulator.tenants[index]?.tenantId ?? '');
  return { emulator, clock, run, work, held, left: feed(0), kept: feed(1) };
}

const toFiles = (folder: string) => fileUnit('out', join(folder, 'out'));

test('items of a stream that is removed can be taken by another process at once, and are that one’s', async () => {
  const { emulator, clock, run, work, held, left, kept } = await start(toFiles);
  // The first blob of each tenant is being fetched for ever, and the others are held for later.
  emulator.setFaults([{ match: { operation: 'blob' }, fault: { kind: 'hang', when: 'before-headers' } }]);
  await run(0, 1);
  await clock.until(async () => (await held(left)).length === 8 && (await held(kept)).length === 8);
  const before = await held(left);
  expect(await work.take(left, 9, other)).toEqual([]);
  await run(1);
  const taken = await work.take(left, 9, other);
  expect(taken).toHaveLength(8);
  expect(await work.take(kept, 9, other)).toEqual([]);
  for (const item of before) {
    expect(await work.settle(left, item, counts, 0)).toBe(false);
    expect(await work.begin(left, item)).toBe(false);
  }
  for (const item of taken) expect(await work.settle(left, item, counts, 0)).toBe(true);
});

test('a stream that had to be given up keeps what it holds: nobody knows what became of its records', async () => {
  const server = await new StandIn().listen();
  closers.push(() => server.close());
  server.answers.set('/_bulk', () => {});
  const elasticsearch = {
    type: 'elasticsearch',
    hosts: [server.url],
    api_key: 'a:bcdef',
    proxy_disable: true,
  };
  const { clock, run, work, held, left } = await start(() => unit('output', 'out', elasticsearch));
  await run(0);
  await clock.until(async () => server.bulks.length > 0 && (await held(left)).length === 8);
  await run();
  expect(await work.take(left, 9, other)).toEqual([]);
});
