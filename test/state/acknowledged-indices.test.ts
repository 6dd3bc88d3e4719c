// What the ledger remembers for a key that may not look: which backing index acknowledged when, and how much is in doubt.

import { expect, test } from '@jest/globals';
import { noon, openTestLedger, readAll, temporaryFolder } from './state-folder.ts';

const stream = { cluster: 'a cluster', name: 'logs-o365.audit-default' };
test('the index noted last is known after a restart, for its own data stream and cluster', async () => {
  using folder = temporaryFolder();
  const before = await openTestLedger(folder.path);
  expect(await before.delivery.lastIndex(stream)).toBeUndefined();
  await before.delivery.noteIndex(stream, 'first');
  await before.delivery.noteIndex({ ...stream, cluster: 'another' }, 'of another');
  await before.delivery.noteIndex(stream, 'second');
  await before.close();
  const after = await openTestLedger(folder.path);
  const at = (mark: number) => after.delivery.indexBefore(stream, mark);
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
  expect(await ledger.delivery.indexBefore(stream, 1)).toBe('first');
  expect(await ledger.delivery.indexBefore(stream, 2)).toBe('second');
  expect(await ledger.delivery.indexBefore(stream, 3)).toBe('first');
  await ledger.close();
});

test('old places are forgotten, so that nothing is said of that time', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  for (let n = 1; n <= 100; n += 1) await ledger.delivery.noteIndex(stream, `index ${n}`);
  expect(await ledger.delivery.indexBefore(stream, 50)).toBeUndefined();
  expect(await ledger.delivery.indexBefore(stream, 90)).toBe('index 90');
  await ledger.close();
});

test('an import forgets all places', async () => {
  using folder = temporaryFolder();
  const ledger = await openTestLedger(folder.path);
  await ledger.delivery.noteIndex(stream, 'first');
  const lines = await readAll(ledger.export());
  await ledger.import(
    (async function* () {
      yield* lines;
    })(),
    { independent: [], doubts: [] },
  );
  expect(await ledger.delivery.lastIndex(stream)).toBeUndefined();
  await ledger.close();
});

test('doubts add up by data stream, over restarts', async () => {
  using folder = temporaryFolder();
  for (const documents of [3, 0, 4]) {
    const ledger = await openTestLedger(folder.path);
    await ledger.delivery.commit({
      keys: [],
      possiblyDuplicate: { dataStream: 'one', documents, byOthers: documents > 3 ? 1 : 0 },
    });
    await ledger.delivery.commit({
      keys: [],
      possiblyDuplicate: { dataStream: 'none', documents: 0, byOthers: 0 },
    });
    await ledger.close();
  }
  const ledger = await openTestLedger(folder.path);
  expect(await ledger.delivery.doubtfulDocuments()).toEqual([
    { dataStream: 'one', documents: 7, byOthers: 1, lastAt: noon },
  ]);
  await ledger.close();
});
