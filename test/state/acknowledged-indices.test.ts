// What the ledger remembers for a key that may not look: which backing index acknowledged when, and how much is in doubt.

import { expect, test } from '@jest/globals';
import type { SqliteLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import { blob, hold, noon, openTestLedger, readAll, scope, temporaryFolder } from './state-folder.ts';

const stream = { cluster: 'a cluster', name: 'logs-o365.audit-default' };
const listed = { late: false, backfill: false, listedAt: noon };

const itemOfOldLedger = {
  ...{ id: 'old', data: 'x', created: '2026-03-01T10:00:00.000Z', expires: '2026-03-08T10:00:00.000Z' },
  ...{ created_ms: noon, state: 'fetching', listed_at: noon, attempts: 0, next_attempt_at: 0, reason: null },
  ...{ late: 0, backfill: 0, uncertain: 1, delivered: 0, duplicate: 0, dead_lettered: 0, ended_at: null },
};

async function begun(ledger: SqliteLedger, id: string): Promise<number | undefined> {
  const items = await readAll(ledger.work.between(scope, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'));
  return items.find((item) => item.id === id)?.begunAfter;
}

test('the index noted last is known after a restart, for its own data stream and cluster', async () => {
  using folder = temporaryFolder();
  const before = await openTestLedger(folder.path);
  expect([await before.delivery.lastIndex(stream), before.delivery.startMark]).toEqual([undefined, 0]);
  await before.delivery.noteIndex(stream, 'first');
  await before.delivery.noteIndex({ ...stream, cluster: 'another' }, 'of another');
  await before.delivery.noteIndex(stream, 'second');
  await before.close();
  const after = await openTestLedger(folder.path);
  expect(after.delivery.startMark).toBe(3);
  const at = (mark: number) => after.delivery.indexBeforeAttempts(stream, mark);
  expect([
    await after.delivery.lastIndex(stream),
    await at(3),
    await at(2),
    await at(1),
    await at(0),
  ]).toEqual(['second', 'second', 'first', 'first', undefined]);
  expect(await after.delivery.lastIndex({ ...stream, name: 'logs-other-default' })).toBeUndefined();
  await after.close();
});

test('an index that is noted again takes no new place', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  for (const index of ['first', 'first', 'second', 'first']) await ledger.delivery.noteIndex(stream, index);
  expect(await ledger.delivery.indexBeforeAttempts(stream, 1)).toBe('first');
  expect(await ledger.delivery.indexBeforeAttempts(stream, 2)).toBe('second');
  expect(await ledger.delivery.indexBeforeAttempts(stream, 3)).toBe('first');
  await ledger.close();
});

test('an item keeps the mark of its first attempt without an outcome, over further attempts and a restart', async () => {
  using folder = temporaryFolder();
  const first = await openTestLedger(folder.path);
  await first.delivery.noteIndex(stream, 'first');
  await first.work.list(scope, [blob('a'), blob('b')], listed);
  await first.work.begin(scope, hold('a'));
  await first.delivery.noteIndex(stream, 'second');
  await first.work.retryLater(scope, hold('a'), noon, 'HTTP 500');
  await first.work.begin(scope, hold('a'));
  await first.close();
  const second = await openTestLedger(folder.path);
  await second.work.begin(scope, hold('a'));
  await second.work.begin(scope, hold('b'));
  expect([await begun(second, 'a'), await begun(second, 'b')]).toEqual([1, 2]);
  await second.work.settle(scope, hold('a'), { delivered: 1, duplicate: 0, deadLettered: 0 }, noon);
  expect(await begun(second, 'a')).toBeUndefined();
  await second.close();
});

test('the oldest attempt without an outcome counts, whichever item repeats its records, until it has one', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  await ledger.work.list(scope, [blob('a'), blob('b')], listed);
  await ledger.delivery.noteIndex(stream, 'first');
  await ledger.work.begin(scope, hold('a'));
  await ledger.delivery.noteIndex(stream, 'second');
  await ledger.work.begin(scope, hold('b'));
  const before = async () => ledger.delivery.indexBeforeAttempts(stream, (await begun(ledger, 'b')) ?? 0);
  expect(await before()).toBe('first');
  await ledger.work.settle(scope, hold('a'), { delivered: 1, duplicate: 0, deadLettered: 0 }, noon);
  expect(await before()).toBe('second');
  await ledger.close();
});

test('nothing is known as long as an attempt of an older ledger has no outcome', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  await ledger.delivery.noteIndex(stream, 'first');
  const lines = [
    { format: 'm365-state', version: 3 },
    {
      kind: 'item',
      type: 'feed',
      tenant: scope.tenant,
      source: scope.source,
      feed: scope.name,
      ...itemOfOldLedger,
    },
  ];
  await ledger.import(
    (async function* () {
      for (const line of lines) yield JSON.stringify(line);
    })(),
    { independent: [], doubts: [] },
  );
  await ledger.delivery.noteIndex(stream, 'second');
  expect(await ledger.delivery.indexBeforeAttempts(stream, 9)).toBeUndefined();
  await ledger.close();
});

test('old places are forgotten, so that nothing is said of that time', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  for (let n = 1; n <= 100; n += 1) await ledger.delivery.noteIndex(stream, `index ${n}`);
  expect(await ledger.delivery.indexBeforeAttempts(stream, 50)).toBeUndefined();
  expect(await ledger.delivery.indexBeforeAttempts(stream, 90)).toBe('index 90');
  await ledger.close();
});

test('what another ledger sent may be anywhere: an import forgets all places, and gives none of them away again', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  await ledger.work.list(scope, [blob('a')], listed);
  await ledger.delivery.noteIndex(stream, 'first');
  await ledger.work.begin(scope, hold('a'));
  const lines = await readAll(ledger.export());
  await ledger.import(
    (async function* () {
      yield* lines;
    })(),
    { independent: [], doubts: [] },
  );
  expect(await ledger.delivery.lastIndex(stream)).toBeUndefined();
  await ledger.delivery.noteIndex(stream, 'second');
  expect(await ledger.delivery.indexBeforeAttempts(stream, (await begun(ledger, 'a')) ?? 0)).toBeUndefined();
  await ledger.close();
});

test('doubts add up by data stream, over restarts', async () => {
  using folder = temporaryFolder();
  for (const documents of [3, 0, 4]) {
    const ledger = await openTestLedger(folder.path);
    await ledger.delivery.commit({ keys: [], possiblyDuplicate: { dataStream: 'one', documents } });
    await ledger.delivery.commit({ keys: [], possiblyDuplicate: { dataStream: 'none', documents: 0 } });
    await ledger.close();
  }
  const ledger = await openTestLedger(folder.path);
  expect(await ledger.delivery.doubtfulDocuments()).toEqual([
    { dataStream: 'one', documents: 7, lastAt: noon },
  ]);
  await ledger.close();
});
