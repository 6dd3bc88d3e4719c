import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { CommitQueue } from '../../input/state/commit-queue.ts';
import { noonSeconds, openTestLedger, temporaryFolder } from './state-folder.ts';

const key = (id: string) => ({ id, seconds: noonSeconds });

describe('the commit queue', () => {
  test('resolves each commit, in order, once it is in the ledger', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const commits = new CommitQueue(ledger);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await commits.commit({ keys: [key(`id-${n}`)], checkpoint: { file: `/f${n % 2}`, length: n } });
        order.push(n);
        expect([...(await ledger.findSeen([key(`id-${n}`)]))]).toEqual([1]);
      }),
    );
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(await ledger.checkpoints()).toEqual([
      { file: '/f0', length: 18 },
      { file: '/f1', length: 19 },
    ]);
    await ledger.close();
  });

  test('rejects what the ledger did not take, and nothing of it is remembered', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const commits = new CommitQueue(ledger);
    const first = commits.commit({ keys: [key('a')] });
    await ledger.close();
    await expect(first).rejects.toThrow('is closed');
    const again = await openTestLedger(folder.path);
    expect([...(await again.findSeen([key('a')]))]).toEqual([0]);
    await again.close();
  });

  test('takes no further checkpoint of a file with lines that the ledger could not take up', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const commits = new CommitQueue(ledger);
    const other = new DatabaseSync(join(folder.path, 'ledger.db'));
    other.exec(
      "CREATE TRIGGER spoilt BEFORE INSERT ON checkpoint WHEN NEW.length = 5 BEGIN SELECT RAISE(ABORT, 'spoilt'); END",
    );
    const commit = (id: string, file: string, length: number) =>
      commits.commit({ keys: [key(id)], checkpoint: { file, length } });
    await commit('a', '/f', 4);
    await expect(commit('b', '/f', 5)).rejects.toMatchObject({ code: 'checkpoint-unrecorded' });
    await expect(commit('c', '/f', 6)).rejects.toMatchObject({ code: 'checkpoint-unrecorded' });
    await commit('d', '/next', 1);
    expect(await ledger.checkpoints()).toEqual([
      { file: '/f', length: 4 },
      { file: '/next', length: 1 },
    ]);
    other.close();
    await ledger.close();
  });

  test('refuses a checkpoint that goes back', async () => {
    using folder = temporaryFolder();
    const ledger = await openTestLedger(folder.path);
    const commits = new CommitQueue(ledger);
    const forward = commits.commit({ keys: [], checkpoint: { file: '/f', length: 9 } });
    const back = commits.commit({ keys: [], checkpoint: { file: '/f', length: 8 } });
    await expect(Promise.all([forward, back])).rejects.toThrow('went back');
    await ledger.close();
  });
});
