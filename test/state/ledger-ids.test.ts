import { describe, expect, test } from '@jest/globals';
import type { RecordKey } from '../../input/contract/state.ts';
import { openLedger } from '../../input/state/sqlite/sqlite-ledger.ts';
import {
  noon,
  noonSeconds,
  openTestLedger,
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
    await ledger.commit({ keys: [key('a'), key('c')], checkpoints: [] });
    expect([...(await ledger.findSeen([key('a'), key('b'), key('c'), key('a', noonSeconds + 1)]))]).toEqual([
      1, 0, 1, 0,
    ]);
    await ledger.close();
    const again = await openTestLedger(folder.path);
    expect([...(await again.findSeen([key('a'), key('b')]))]).toEqual([1, 0]);
    await again.close();
  });

  test('are looked up correctly in batches of any length', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = keysOf(10_000);
    await ledger.commit({ keys: keys.filter((_, n) => n % 3 === 0), checkpoints: [] });
    const marks = await ledger.findSeen(keys);
    expect([...marks]).toEqual(keys.map((_, n) => Number(n % 3 === 0)));
    expect([...(await ledger.findSeen([]))]).toEqual([]);
    await ledger.close();
  });

  test('leave after eight days, in steps', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = [...keysOf(9_000), key('young', noonSeconds + day)];
    await ledger.commit({ keys, checkpoints: [] });
    const later = noon + (8 * day + 3600) * 1000;
    let steps = 1;
    while (await ledger.prune(later)) steps += 1;
    expect(steps).toBeGreaterThan(2);
    const marks = await ledger.findSeen(keys);
    expect([...marks].filter((mark) => mark === 1)).toHaveLength(1);
    expect(marks[9_000]).toBe(1);
    await ledger.close();
  });

  test('of records that arrive late or without a time are kept for eight days from their arrival', async () => {
    using folder = temporaryFolder();
    const clock = steppingClock();
    const ledger = await openLedger({ folder: folder.path, clock, log: recordingLog() });
    const keys = [key('no time', 0), key('old', noonSeconds - 30 * day), key('not a number', Number.NaN)];
    await ledger.commit({ keys, checkpoints: [] });
    clock.set(noon + 7 * day * 1000);
    while (await ledger.prune(clock.now()));
    expect([...(await ledger.findSeen(keys))]).toEqual([1, 1, 1]);
    clock.set(noon + 9 * day * 1000);
    while (await ledger.prune(clock.now()));
    expect([...(await ledger.findSeen(keys))]).toEqual([0, 0, 0]);
    await ledger.close();
  });

  test('come with the checkpoints of their output', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    await ledger.commit({ keys: [], checkpoints: [{ file: '/a', length: 10 }] });
    await ledger.commit({
      keys: [],
      checkpoints: [
        { file: '/a', length: 20 },
        { file: '/b', length: 1 },
      ],
    });
    expect(await ledger.checkpoints()).toEqual([
      { file: '/a', length: 20 },
      { file: '/b', length: 1 },
    ]);
    await ledger.forgetCheckpoints(['/a']);
    expect(await ledger.checkpoints()).toEqual([{ file: '/b', length: 1 }]);
    await ledger.close();
  });

  test('of a lost ledger are taken over', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const keys = keysOf(5_000);
    expect(
      await ledger.remember(
        (async function* () {
          yield* keys;
        })(),
      ),
    ).toBe(5_000);
    expect((await ledger.findSeen(keys)).every((mark) => mark === 1)).toBe(true);
    await ledger.close();
  });
});
