// What the ledger knows of attempts to send that have no outcome, and of those that it cannot know of.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { RecordKey } from '../../input/contract/state.ts';
import { ledgerIn } from './spoil-ledger.ts';
import {
  noon,
  noonSeconds,
  openTestLedger,
  reachMs,
  readAll,
  steppingClock,
  temporaryFolder,
} from './state-folder.ts';

const keysOf = (...ids: string[]): RecordKey[] => ids.map((id) => ({ id, seconds: noonSeconds }));
const stream = { cluster: 'c', name: 'logs-a' };
const dayMs = 86_400_000;

function countRows(folder: string): number {
  using database = new DatabaseSync(ledgerIn(folder), { readOnly: true });
  return Number(database.prepare('SELECT count(*) AS n FROM open_attempt').get()?.n);
}

describe('an attempt', () => {
  test('is open until all of its Ids have an outcome, and tells the next one of the mark before it', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const { delivery } = ledger;
    const open = async () => [...(await delivery.findOpen(['a', 'b', 'c', 'd', 'e']))];
    await delivery.noteIndex(stream, 'first');
    await delivery.beginAttempt(['a', 'b', 'c']);
    await delivery.noteIndex(stream, 'second');
    await delivery.beginAttempt(['d', 'b']);
    expect(await open()).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['d', 2],
    ]);
    await Promise.all([delivery.commit({ keys: keysOf('b') }), delivery.commit({ keys: keysOf('d', 'e') })]);
    expect(await open()).toEqual([
      ['a', 1],
      ['c', 1],
    ]);
    await Promise.all([delivery.commit({ keys: keysOf('a') }), delivery.commit({ keys: keysOf('c') })]);
    expect(await open()).toEqual([]);
    await delivery.beginAttempt(['e']);
    expect(countRows(folder.path)).toBe(1);
    await ledger.close();
  });

  test('that nobody ended is open after a restart, with its first mark', async () => {
    using folder = temporaryFolder();
    const first = await openTestLedger(folder.path);
    await first.delivery.noteIndex(stream, 'first');
    await first.delivery.beginAttempt(['a', 'b']);
    await first.close();
    const second = await openTestLedger(folder.path);
    await second.delivery.noteIndex(stream, 'second');
    await second.delivery.beginAttempt(['a']);
    expect([...(await second.delivery.findOpen(['other', 'a']))]).toEqual([['a', 1]]);
    await second.close();
  });

  test('is forgotten once no source can serve its records any more', async () => {
    using folder = temporaryFolder();
    const clock = steppingClock();
    const ledger = await openTestLedger(folder.path, undefined, clock);
    await ledger.delivery.beginAttempt(['a']);
    await ledger.prune(noon + reachMs);
    expect(countRows(folder.path)).toBe(1);
    await ledger.prune(noon + reachMs + 2 * dayMs);
    expect(countRows(folder.path)).toBe(0);
    await ledger.close();
  });
});

describe('attempts that the ledger does not know of', () => {
  const ofOthers = { madeBefore: noon, sentAfter: undefined };

  test('may have been made by others before it began, which is remembered until none can be served again', async () => {
    using folder = temporaryFolder();
    const clock = steppingClock();
    for (const [at, expected] of [
      [noon, [ofOthers]],
      [noon + dayMs, [ofOthers]],
      [noon + reachMs + 2 * dayMs, []],
    ] as const) {
      clock.set(at);
      const ledger = await openTestLedger(folder.path, undefined, clock);
      expect(ledger.delivery.unrecorded).toEqual(expected);
      await ledger.prune(at);
      await ledger.close();
    }
  });

  test('may be there after an import', async () => {
    using folder = temporaryFolder();
    const clock = steppingClock();
    await (await openTestLedger(folder.path, undefined, clock)).close();
    clock.set(noon + reachMs + 2 * dayMs);
    const ledger = await openTestLedger(folder.path, undefined, clock);
    const lines = await readAll(ledger.export());
    await ledger.import(
      (async function* () {
        yield* lines;
      })(),
      { independent: [], doubts: [] },
    );
    await ledger.close();
    const next = await openTestLedger(folder.path, undefined, clock);
    expect(next.delivery.unrecorded).toEqual([{ madeBefore: expect.any(Number), sentAfter: undefined }]);
    await next.close();
  });

  describe('after a kill', () => {
    /** Runs a process on the ledger of a folder until it has begun an attempt, and kills it. */
    async function killAfterAttempt(folder: string, beforeKill = () => {}): Promise<void> {
      await (await openTestLedger(folder)).close();
      const worker = join(import.meta.dirname, 'attempt-worker.ts');
      const child = spawn(process.execPath, [worker, folder, 'a'], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      beforeKill();
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    async function open(folder: string) {
      const ledger = await openTestLedger(folder);
      const { delivery } = ledger;
      const sent = [...(await delivery.findOpen(['a', 'b']))];
      await ledger.close();
      return { sent, unrecorded: delivery.unrecorded, uncleanStart: delivery.uncleanStart };
    }

    const ownAttempts = { madeBefore: noon, sentAfter: 1 };
    const copyAll = (from: string, to: string) => {
      for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
    };

    test('there are none: all that was sent is in the ledger', async () => {
      using folder = temporaryFolder();
      await killAfterAttempt(folder.path);
      expect(await open(folder.path)).toEqual({
        sent: [['a', 1]],
        unrecorded: [ofOthers],
        uncleanStart: true,
      });
    });

    test('there may be some where the machine was started anew, as after a power cut, also when the next run ends in order', async () => {
      using folder = temporaryFolder();
      await killAfterAttempt(folder.path);
      const used = join(folder.path, 'ledger.used');
      const [file = '', log = ''] = readFileSync(used, 'utf8').split(' ');
      writeFileSync(used, `${file} ${log} another`);
      expect((await open(folder.path)).unrecorded).toContainEqual(ownAttempts);
      expect(await open(folder.path)).toEqual({
        sent: expect.anything(),
        unrecorded: [ofOthers, ownAttempts],
        uncleanStart: false,
      });
    });

    test('there may be some where files of the same run were put back in place', async () => {
      using folder = temporaryFolder();
      using backup = temporaryFolder();
      await killAfterAttempt(folder.path, () => copyAll(folder.path, backup.path));
      copyAll(backup.path, folder.path);
      expect((await open(folder.path)).unrecorded).toContainEqual(ownAttempts);
    });

    test('there may be some in a copy, and no mark of it is believed', async () => {
      using folder = temporaryFolder();
      using copy = temporaryFolder();
      await killAfterAttempt(folder.path);
      copyAll(folder.path, copy.path);
      expect(await open(copy.path)).toMatchObject({ sent: [['a', 0]], unrecorded: [ofOthers] });
    });
  });
});
