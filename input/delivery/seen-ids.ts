// The record Ids of the last eight days. Whole batches go through one statement each: a call per record would cost
// several times as much as the look-up itself.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordKey } from '../contract.ts';
import { firstKeyOf, keyBytes, packKeys } from './record-keys.ts';
import { readBytes, readInteger } from './row.ts';

export const rememberedSeconds = 8 * 86_400;

/**
 * Records older than this when they arrive (or without a readable time) would be pruned too early by their time: they
 * are kept by their arrival instead. An Id kept so is always that old when it is looked up, too.
 */
const lateSeconds = 7 * 86_400;

const mostKeysAtOnce = 4096;

export class SeenIds {
  readonly #find: StatementSync;
  readonly #findLate: StatementSync;
  readonly #add: StatementSync;
  readonly #addLate: StatementSync;
  readonly #endOfStep: StatementSync;
  readonly #prune: StatementSync;
  readonly #pruneLate: StatementSync;

  constructor(database: DatabaseSync) {
    database.exec(`
      CREATE TEMP TABLE position (n INTEGER PRIMARY KEY);
      WITH RECURSIVE count (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < ${mostKeysAtOnce - 1})
        INSERT INTO position SELECT n FROM count;
    `);
    const key = `substr(?1, n * ${keyBytes} + 1, ${keyBytes})`;
    this.#find = database.prepare(`SELECT n FROM position CROSS JOIN seen ON key = ${key} WHERE n < ?2`);
    this.#findLate = database.prepare(
      `SELECT n FROM position CROSS JOIN seen_late ON key = ${key} WHERE n < ?2`,
    );
    this.#add = database.prepare(`INSERT OR IGNORE INTO seen SELECT ${key} FROM position WHERE n < ?2`);
    this.#addLate = database.prepare(
      `INSERT OR IGNORE INTO seen_late SELECT ${key}, ?3 FROM position WHERE n < ?2`,
    );
    this.#endOfStep = database.prepare('SELECT key FROM seen WHERE key < ? ORDER BY key LIMIT 1 OFFSET ?');
    this.#prune = database.prepare('DELETE FROM seen WHERE key < ?');
    this.#pruneLate = database.prepare(
      'DELETE FROM seen_late WHERE key IN (SELECT key FROM seen_late WHERE arrived < ? LIMIT ?)',
    );
  }

  /** Marks, by position, the keys that are remembered. */
  find(keys: readonly RecordKey[], nowMs: number): Uint8Array {
    const marks = new Uint8Array(keys.length);
    const packed = packKeys(keys);
    findIn(this.#find, packed, (index) => {
      marks[index] = 1;
    });
    const late = positionsOf(keys, nowMs, true);
    findIn(this.#findLate, pick(packed, late), (index) => {
      marks[late[index] ?? 0] = 1;
    });
    return marks;
  }

  /** Within a transaction of the caller's. */
  add(keys: readonly RecordKey[], nowMs: number): void {
    const packed = packKeys(keys);
    const late = positionsOf(keys, nowMs, true);
    const rest = late.length === 0 ? packed : pick(packed, positionsOf(keys, nowMs, false));
    eachChunk(rest, (chunk, count) => this.#add.run(chunk, count));
    const arrived = Math.trunc(nowMs / 1000);
    eachChunk(pick(packed, late), (chunk, count) => this.#addLate.run(chunk, count, arrived));
  }

  /** Drops about `most` Ids that are too old; true while more is left. Within a transaction of the caller's. */
  prune(nowMs: number, most: number): boolean {
    const oldest = Math.trunc(nowMs / 1000) - rememberedSeconds;
    const end = firstKeyOf(oldest);
    const step = this.#endOfStep.get(end, most);
    this.#prune.run(step ? readBytes(step, 'key') : end);
    const late = this.#pruneLate.run(oldest, most);
    return step !== undefined || Number(late.changes) === most;
  }
}

function positionsOf(keys: readonly RecordKey[], nowMs: number, late: boolean): number[] {
  const limit = nowMs / 1000 - lateSeconds;
  const positions: number[] = [];
  keys.forEach((key, index) => {
    if (!(key.seconds >= limit) === late) positions.push(index);
  });
  return positions;
}

function pick(packed: Buffer, positions: readonly number[]): Buffer {
  return Buffer.concat(
    positions.map((position) => packed.subarray(position * keyBytes, (position + 1) * keyBytes)),
  );
}

function findIn(statement: StatementSync, packed: Buffer, mark: (index: number) => void): void {
  eachChunk(packed, (chunk, count, first) => {
    for (const row of statement.all(chunk, count)) mark(first + readInteger(row, 'n'));
  });
}

function eachChunk(packed: Buffer, use: (chunk: Buffer, count: number, first: number) => void): void {
  const total = packed.length / keyBytes;
  for (let first = 0; first < total; first += mostKeysAtOnce) {
    const count = Math.min(mostKeysAtOnce, total - first);
    use(packed.subarray(first * keyBytes, (first + count) * keyBytes), count, first);
  }
}
