import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../input/contract/clock.ts';
import { Transactions } from '../../input/state/sqlite/transactions.ts';
import { noon, recordingLog, steppingClock, temporaryFolder } from './state-folder.ts';

function openTransactions(
  clock: Clock = steppingClock(),
  { file = ':memory:', giveUp }: { file?: string; giveUp?: AbortSignal } = {},
) {
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE t (x UNIQUE)');
  const log = recordingLog();
  const damaged = (cause: unknown) => new Error('damaged', { cause });
  const healths: string[] = [];
  const onHealth = (health: string) => void healths.push(health);
  const parts = { clock, log, file: 'ledger.db', damaged, giveUp, onHealth };
  const transactions = new Transactions(database, parts);
  const add = (x: unknown) => () => database.prepare('INSERT INTO t VALUES (?)').run(String(x));
  const all = () =>
    database
      .prepare('SELECT x FROM t')
      .all()
      .map(({ x }) => x);
  return { database, log, healths, transactions, add, all };
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
    expect(opened.healths).toEqual(['degraded', 'healthy']);
  });

  test('wait while somebody else writes to the ledger', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const opened = openTransactions({ now: () => noon, sleep: async () => other.exec('COMMIT') }, { file });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await opened.transactions.write(opened.add('a'));
    expect(opened.all()).toEqual(['a']);
    expect(opened.log.lines[0]).toMatch(
      /^ERROR The ledger ledger\.db cannot be written \(.*database is locked\)/,
    );
    other.close();
    opened.database.close();
  });

  const patientClock: Clock = {
    now: () => noon,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };

  test('that a full disk keeps waiting are given up when nobody can wait any longer', async () => {
    const giveUp = new AbortController();
    const { database, transactions, add } = openTransactions(patientClock, { giveUp: giveUp.signal });
    database.exec('PRAGMA max_page_count = 3');
    const write = transactions.write(add('x'.repeat(100_000)));
    const outcome = expect(write).rejects.toThrow('enough');
    await new Promise((resolve) => setImmediate(resolve));
    giveUp.abort(new Error('enough'));
    await outcome;
    await transactions.write(add('b'));
  });

  test('that somebody else keeps waiting are given up together: each attempt stops the process for a while', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const giveUp = new AbortController();
    const opened = openTransactions(patientClock, { file, giveUp: giveUp.signal });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    let attempts = 0;
    const exec = opened.database.exec.bind(opened.database);
    opened.database.exec = (sql) => {
      if (sql.startsWith('BEGIN')) attempts += 1;
      exec(sql);
    };
    const writes = ['a', 'b', 'c'].map((x) => opened.transactions.write(opened.add(x)));
    const outcomes = Promise.allSettled(writes);
    await new Promise((resolve) => setImmediate(resolve));
    giveUp.abort(new Error('enough'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(attempts).toBe(1);
    other.close();
    opened.database.close();
  });

  test('that a full disk keeps waiting are given up when the ledger closes', async () => {
    const { database, transactions, add } = openTransactions(patientClock);
    database.exec('PRAGMA max_page_count = 3');
    const write = transactions.write(add('x'.repeat(100_000)));
    const outcome = expect(write).rejects.toThrow('is closed');
    await new Promise((resolve) => setImmediate(resolve));
    await transactions.close();
    await outcome;
    await expect(transactions.write(add('b'))).rejects.toThrow('is closed');
  });
});
