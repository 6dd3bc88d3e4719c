import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { RecordKey } from '../../input/contract/state.ts';
import { openLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import {
  noon,
  noonSeconds,
  openTestLedger,
  reachMs,
  recordingLog,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

const day = 86_400;
const key = (id: string, seconds = noonSeconds): RecordKey => ({ id, seconds });
const keysOf = (count: number) =>
  Array.from({ length: count }, (_, n) => key(`tenant:${n}`, noonSeconds + (n % 60)));

describe('record Ids', () => {
  test('are found once committed, and after the ledger was opened again', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await ledger.delivery.commit({ keys: [key('a'), key('c')] });
    expect([
      ...(await ledger.delivery.findSeen([key('a'), key('b'), key('c'), key('a', noonSeconds + 1)])),
    ]).toEqual([1, 0, 1, 0]);
    await ledger.close();
    const again = await openTestLedger(folder.path);
    expect([...(await again.delivery.findSeen([key('a'), key('b')]))]).toEqual([1, 0]);
    await again.close();
  });

  test('are looked up correctly in batches of any length', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = keysOf(10_000);
    await ledger.delivery.commit({ keys: keys.filter((_, n) => n % 3 === 0) });
    const marks = await ledger.delivery.findSeen(keys);
    expect([...marks]).toEqual(keys.map((_, n) => Number(n % 3 === 0)));
    expect([...(await ledger.delivery.findSeen([]))]).toEqual([]);
    await ledger.close();
  });

  test('are found while they are sorted in, which lets others write in between, also in a copy of then', async () => {
    using folder = temporaryFolder();
    using copy = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = keysOf(33_000);
    let isSorted = false;
    const sorting = ledger.delivery.commit({ keys }).then(() => {
      isSorted = true;
    });
    const meanwhile: RecordKey[] = [];
    while (!isSorted) {
      const next = key(`meanwhile:${meanwhile.length}`);
      await ledger.delivery.commit({ keys: [next] });
      meanwhile.push(next);
      if (meanwhile.length === 8) cpSync(folder.path, copy.path, { recursive: true });
      expect([...(await ledger.delivery.findSeen([next, ...keys.slice(-1)]))]).toEqual([1, 1]);
    }
    await sorting;
    expect(meanwhile.length).toBeGreaterThan(16);
    await ledger.close();
    const known = async (path: string, wanted: readonly RecordKey[]) => {
      const again = await openTestLedger(path);
      const marks = await again.delivery.findSeen(wanted);
      await again.close();
      return marks.filter((mark) => mark === 1).length;
    };
    expect(await known(folder.path, [...keys, ...meanwhile])).toBe(keys.length + meanwhile.length);
    expect(await known(copy.path, [...keys, ...meanwhile.slice(0, 8)])).toBe(keys.length + 8);
  });

  test('leave after eight days, in steps', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = [...keysOf(9_000), key('young', noonSeconds + day)];
    await ledger.delivery.commit({ keys });
    const later = noon + (8 * day + 3600) * 1000;
    let steps = 1;
    while (await ledger.prune(later)) steps += 1;
    expect(steps).toBeGreaterThan(2);
    const marks = await ledger.delivery.findSeen(keys);
    expect([...marks].filter((mark) => mark === 1)).toHaveLength(1);
    expect(marks[9_000]).toBe(1);
    await ledger.close();
  });

  test('of records that arrive late or without a time are kept for eight days from their arrival', async () => {
    using folder = temporaryFolder();
    const clock = steppingClock();
    const ledger = await openLedger({ folder: folder.path, clock, log: recordingLog(), reachMs });
    const keys = [key('no time', 0), key('old', noonSeconds - 30 * day), key('not a number', Number.NaN)];
    await ledger.delivery.commit({ keys });
    clock.set(noon + 7 * day * 1000);
    while (await ledger.prune(clock.now()));
    expect([...(await ledger.delivery.findSeen(keys))]).toEqual([1, 1, 1]);
    clock.set(noon + 9 * day * 1000);
    while (await ledger.prune(clock.now()));
    expect([...(await ledger.delivery.findSeen(keys))]).toEqual([0, 0, 0]);
    await ledger.close();
  });

  test('come with the lengths of the files that they are in', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await ledger.delivery.commit({ keys: [], fileLength: { file: '/a', length: 10 } });
    await ledger.delivery.commit({
      keys: [],
      fileLength: { file: '/a', length: 20 },
    });
    await ledger.delivery.commit({ keys: [], fileLength: { file: '/b', length: 1 } });
    expect(await ledger.delivery.fileLengths()).toEqual([
      { file: '/a', length: 20 },
      { file: '/b', length: 1 },
    ]);
    await ledger.delivery.forgetFiles(['/a']);
    expect(await ledger.delivery.fileLengths()).toEqual([{ file: '/b', length: 1 }]);
    await ledger.close();
  });

  test('of a lost ledger are taken over', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = keysOf(5_000);
    expect(
      await ledger.delivery.remember(
        (async function* () {
          yield* keys;
        })(),
      ),
    ).toBe(5_000);
    expect((await ledger.delivery.findSeen(keys)).every((mark) => mark === 1)).toBe(true);
    await ledger.close();
  });
});

describe('the lengths of files', () => {
  const key = (id: string): RecordKey => ({ id, seconds: noonSeconds });

  test('are kept in the order in which they are handed in, each known once it is durable', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const { delivery } = ledger;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await delivery.commit({ keys: [key(`id-${n}`)], fileLength: { file: `/f${n % 2}`, length: n } });
        order.push(n);
        expect([...(await delivery.findSeen([key(`id-${n}`)]))]).toEqual([1]);
      }),
    );
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(await delivery.fileLengths()).toEqual([
      { file: '/f0', length: 18 },
      { file: '/f1', length: 19 },
    ]);
    await ledger.close();
  });

  test('are taken as long as the ledger is open', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const before = ledger.delivery.commit({ keys: [key('a')] });
    await ledger.close();
    await before;
    await expect(ledger.delivery.commit({ keys: [key('b')] })).rejects.toThrow('is closed');
    const again = await openTestLedger(folder.path);
    expect([...(await again.delivery.findSeen([key('a'), key('b')]))]).toEqual([1, 0]);
    await again.close();
  });

  test('stop at lines that the ledger could not take up, also within one transaction', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    using other = new DatabaseSync(join(folder.path, 'ledger.db'));
    other.exec(
      "CREATE TRIGGER spoilt BEFORE INSERT ON file_length WHEN NEW.length = 5 BEGIN SELECT RAISE(ABORT, 'spoilt'); END",
    );
    const commit = (id: string, file: string, length: number) =>
      ledger.delivery.commit({ keys: [key(id)], fileLength: { file, length } });
    await commit('a', '/f', 4);
    const together = await Promise.allSettled([
      commit('b', '/f', 5),
      commit('c', '/f', 6),
      commit('d', '/next', 1),
    ]);
    expect(together).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'checkpoint-unrecorded' }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'checkpoint-unrecorded' }) },
      { status: 'fulfilled', value: undefined },
    ]);
    await expect(commit('e', '/f', 7)).rejects.toMatchObject({ code: 'checkpoint-unrecorded' });
    expect(await ledger.delivery.fileLengths()).toEqual([
      { file: '/f', length: 4 },
      { file: '/next', length: 1 },
    ]);
    await ledger.close();
  });
});
