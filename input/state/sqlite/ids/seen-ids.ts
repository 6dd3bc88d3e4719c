// The Ids of recent records. Scattered inserts would write a page of disk for nearly every record, so new
// Ids are appended to a table of recent ones, held in memory too, and sorted into the large table by the ten thousands.
// Whole batches go through one statement each: a call per record would cost several times the look-up itself.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordKey } from '../../../contract/state.ts';
import { dayMs } from '../../../contract/time.ts';
import { DamagedRowError, type Row, readBytes, readInteger } from '../rows.ts';
import { RecentKeys } from './recent-keys.ts';
import { firstKeyOf, keyBytes, packKeys } from './record-keys.ts';

/** The time for which Ids are kept. */
export interface Retention {
  /**
   * The reach of the sources into the past. Records older than this when they arrive (or without a readable time) would
   * be pruned too early by their time: they are kept by their arrival instead. An Id kept so is always that old when it
   * is looked up, too.
   */
  readonly reachMs: number;
  /**
   * The reach grows where a source that reaches further comes into use. Ids that are older than this were perhaps kept by
   * their arrival before, so that they are looked up there too.
   */
  readonly shortestReachMs?: number;
}

/** A record that a source serves last, right at the edge of its reach, may still be on its way for a while. */
const graceMs = dayMs;

/** Nothing made before can come again. */
export function forgottenBefore(nowMs: number, { reachMs }: Retention): number {
  return nowMs - reachMs - graceMs;
}

const mostKeysAtOnce = 4096;
const mostRecent = 32_768;
/** As few Ids as a transaction moves in some milliseconds, even where each of them is on a page of its own. */
const keysInPiece = 2048;

/** Recent Ids in the order of the large table. */
interface SortedIds {
  readonly pieces: readonly Buffer[];
  /** The last of the rows that they are from. */
  readonly lastRow: number;
}

/** The rows of remembered Ids. Methods that write expect a transaction of the caller's. */
export class SeenIdRows {
  readonly #retention: Retention;
  readonly #statements: ReturnType<typeof prepareStatements>;
  /** The Ids in the table of recent ones. */
  readonly #recent = new RecentKeys();
  #isLoaded = false;

  constructor(database: DatabaseSync, retention: Retention) {
    this.#retention = retention;
    database.exec(`
      CREATE TEMP TABLE position (n INTEGER PRIMARY KEY);
      WITH RECURSIVE count (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < ${mostKeysAtOnce - 1})
        INSERT INTO position SELECT n FROM count;
    `);
    this.#statements = prepareStatements(database);
  }

  /** Reads the recent Ids into memory; called by itself when it is needed. */
  load(): void {
    if (this.#isLoaded) return;
    for (const row of this.#statements.recent.iterate()) this.remember(readKeys(row));
    this.#isLoaded = true;
  }

  /** Marks, by position, the keys that are remembered. */
  find(keys: readonly RecordKey[], nowMs: number): Uint8Array {
    this.load();
    const marks = new Uint8Array(keys.length);
    const packed = packKeys(keys);
    const mark = (index: number) => {
      marks[index] = 1;
    };
    if (this.#recent.size > 0) {
      const words = toWords(packed);
      for (let index = 0; index < keys.length; index += 1) if (this.#recent.has(words, index)) mark(index);
    }
    findIn(this.#statements.find, packed, mark);
    const { reachMs, shortestReachMs = reachMs } = this.#retention;
    const late = positionsOf(keys, nowMs - shortestReachMs, true);
    findIn(this.#statements.findLate, pick(packed, late), (index) => mark(late[index] ?? 0));
    return marks;
  }

  /** Within a transaction of the caller's; `remember` what it returns once that is committed. */
  add(keys: readonly RecordKey[], nowMs: number): Uint8Array {
    const packed = packKeys(keys);
    const limit = nowMs - this.#retention.reachMs;
    const late = positionsOf(keys, limit, true);
    const timely = late.length === 0 ? packed : pick(packed, positionsOf(keys, limit, false));
    if (timely.length > 0) this.#statements.addRecent.run(timely);
    const arrived = Math.trunc(nowMs / 1000);
    eachChunk(pick(packed, late), (chunk, count) => this.#statements.addLate.run(chunk, count, arrived));
    return timely;
  }

  /** Calls come in the order of the transactions. */
  remember(packed: Uint8Array): void {
    this.#recent.addAll(toWords(packed));
  }

  /** True when it is time to move them to the large table. */
  get isFull(): boolean {
    return this.#recent.size >= mostRecent;
  }

  /** Sorts all recent Ids. They are moved by `insert` for each piece and `dropRecent`, then `loadAgain`. */
  sortRecent(): SortedIds {
    const rows = this.#statements.recent.all();
    const sorted = sortByTime(Buffer.concat(rows.map(readKeys)));
    const pieces: Buffer[] = [];
    eachChunk(sorted, (chunk) => pieces.push(chunk), keysInPiece);
    const last = rows.at(-1);
    return { pieces, lastRow: last === undefined ? 0 : readInteger(last, 'n') };
  }

  /** Within a transaction of the caller's. Ids that are there already, after a crash, are left alone. */
  insert(piece: Buffer): void {
    this.#statements.add.run(piece, piece.length / keyBytes);
  }

  /** Within a transaction of the caller's, once all pieces are in the large table. */
  dropRecent({ lastRow }: SortedIds): void {
    this.#statements.dropRecent.run(lastRow);
  }

  /** Reads the recent Ids that are left. */
  loadAgain(): void {
    this.#recent.clear();
    this.#isLoaded = false;
    this.load();
  }

  /** Drops about `most` Ids that are too old; true while more is left. Within a transaction of the caller's. */
  prune(nowMs: number, most: number): boolean {
    const oldest = Math.trunc(forgottenBefore(nowMs, this.#retention) / 1000);
    const end = firstKeyOf(oldest);
    const step = this.#statements.endOfStep.get(end, most);
    this.#statements.prune.run(step ? readBytes(step, 'key') : end);
    const late = this.#statements.pruneLate.run(oldest, most);
    return step !== undefined || Number(late.changes) === most;
  }
}

function readKeys(row: Row): Uint8Array {
  const keys = readBytes(row, 'keys');
  if (keys.length % keyBytes !== 0) throw new DamagedRowError('recent Ids are cut off');
  return keys;
}

/** The positions of the keys that are older than the limit, or of the others. */
function positionsOf(keys: readonly RecordKey[], limitMs: number, late: boolean): number[] {
  const positions: number[] = [];
  keys.forEach((key, index) => {
    if (!(key.seconds >= limitMs / 1000) === late) positions.push(index);
  });
  return positions;
}

function prepareStatements(database: DatabaseSync): Record<StatementName, StatementSync> {
  const key = `substr(?1, n * ${keyBytes} + 1, ${keyBytes})`;
  return {
    find: database.prepare(
      `SELECT n FROM position WHERE n < ?2 AND EXISTS (SELECT 1 FROM seen WHERE key = ${key})`,
    ),
    findLate: database.prepare(
      `SELECT n FROM position WHERE n < ?2 AND EXISTS (SELECT 1 FROM seen_late WHERE key = ${key})`,
    ),
    add: database.prepare(`INSERT OR IGNORE INTO seen SELECT ${key} FROM position WHERE n < ?2`),
    addLate: database.prepare(`INSERT OR IGNORE INTO seen_late SELECT ${key}, ?3 FROM position WHERE n < ?2`),
    recent: database.prepare('SELECT n, keys FROM seen_recent ORDER BY n'),
    addRecent: database.prepare('INSERT INTO seen_recent (keys) VALUES (?)'),
    dropRecent: database.prepare('DELETE FROM seen_recent WHERE n <= ?'),
    endOfStep: database.prepare('SELECT key FROM seen WHERE key < ? ORDER BY key LIMIT 1 OFFSET ?'),
    prune: database.prepare('DELETE FROM seen WHERE key < ?'),
    pruneLate: database.prepare(
      'DELETE FROM seen_late WHERE key IN (SELECT key FROM seen_late WHERE arrived < ? LIMIT ?)',
    ),
  };
}

type StatementName =
  | 'find'
  | 'findLate'
  | 'add'
  | 'addLate'
  | 'recent'
  | 'addRecent'
  | 'dropRecent'
  | 'endOfStep'
  | 'prune'
  | 'pruneLate';

function toWords(packed: Uint8Array): Uint32Array {
  const { buffer, byteOffset, byteLength } = packed.byteOffset % 4 === 0 ? packed : Uint8Array.from(packed);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Neighbours in time share a page of the large table; their order within a second does not matter. */
function sortByTime(packed: Buffer): Buffer {
  const count = packed.length / keyBytes;
  const order = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    order[index] = packed.readUInt32BE(index * keyBytes) * 2 ** 21 + index;
  }
  order.sort();
  const sorted = Buffer.allocUnsafe(packed.length);
  order.forEach((value, position) => {
    const index = value % 2 ** 21;
    packed.copy(sorted, position * keyBytes, index * keyBytes, (index + 1) * keyBytes);
  });
  return sorted;
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

function eachChunk(
  packed: Buffer,
  use: (chunk: Buffer, count: number, first: number) => void,
  most = mostKeysAtOnce,
): void {
  const total = packed.length / keyBytes;
  for (let first = 0; first < total; first += most) {
    const count = Math.min(most, total - first);
    use(packed.subarray(first * keyBytes, (first + count) * keyBytes), count, first);
  }
}
