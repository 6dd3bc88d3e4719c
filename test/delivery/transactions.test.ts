import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../input/clock.ts';
import { Transactions } from '../../input/delivery/transactions.ts';
import { noon, recordingLog, steppingClock } from './state-folder.ts';

function openTransactions(clock: Clock = steppingClock()) {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (x UNIQUE)');
  const log = recordingLog();
  const damaged = (cause: unknown) => new Error('damaged', { cause });
  const transactions = new Transactions(database, { clock, log, file: 'ledger.db', damaged });
  const add = (x: unknown) => () => database.prepare('INSERT INTO t VALUES (?)').run(String(x));
  const all = () =>
    database
      .prepare('SELECT x FROM t')
      .all()
      .map(({ x }) => x);
  return { database, log, transactions, add, all };
}

describe('transactions', () => {
  test('give back what the work returned', async () => {
    const { transactions } = openTransactions();
    expect(await Promise.all([transactions.write(() => 1), transactions.write(() => 'two')])).toEqual([
      1,
      'two',
    ]);
  });

  test('of one turn stand or fall alone', async () => {
    const { transactions, add, all } = openTransactions();
    const outcomes = await Promise.allSettled(['a', 'b', 'a', 'c'].map((x) => transactions.write(add(x))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(all()).toEqual(['a', 'b', 'c']);
  });

  test('wait while the disk is full, say so once, and lose nothing', async () => {
    let pauses = 0;
    const opened = openTransactions({
      now: () => noon,
      sleep: async () => {
        pauses += 1;
        if (pauses === 3) opened.database.exec('PRAGMA max_page_count = 1000');
      },
    });
    opened.database.exec('PRAGMA max_page_count = 3');
    const large = 'x'.repeat(100_000);
    await Promise.all([
      opened.transactions.write(opened.add(large)),
      opened.transactions.write(opened.add('b')),
    ]);
    expect(opened.all()).toEqual([large, 'b']);
    expect(pauses).toBe(3);
    expect(opened.log.lines).toEqual([
      expect.stringMatching(
        /^ERROR The ledger ledger\.db cannot be written \(.*full\): nothing is acknowledged/,
      ),
      'INFO The ledger ledger.db can be written again.',
    ]);
  });

  test('that a full disk keeps waiting are given up when the ledger closes', async () => {
    const { database, transactions, add } = openTransactions({
      now: () => noon,
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    });
    database.exec('PRAGMA max_page_count = 3');
    const write = transactions.write(add('x'.repeat(100_000)));
    const outcome = expect(write).rejects.toThrow('is closed');
    await new Promise((resolve) => setImmediate(resolve));
    await transactions.close();
    await outcome;
    await expect(transactions.write(add('b'))).rejects.toThrow('is closed');
  });
});
