// The table of attempts to send documents that have no outcome yet, and the Ids of them in memory. A row is written before
// anything of it is sent; once an outcome of all its Ids is in the ledger, it goes with the next row. So what a killed process
// leaves behind names everything that may be in the output without the ledger knowing.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyBytes, packKeys } from './ids/record-keys.ts';
import { DamagedRowError, type Row, readBytes, readInteger } from './rows.ts';

interface OpenAttempt {
  readonly n: number;
  /** See AcknowledgedIndices. */
  readonly mark: number;
  /** The number of its Ids without an outcome. */
  left: number;
}

/** A row that was written, and those that were dropped with it. */
export interface WrittenAttempt {
  readonly packed: Uint8Array;
  readonly attempt: OpenAttempt;
  readonly dropped: readonly number[];
}

/** Methods that write expect a transaction of the caller's. */
export class OpenAttempts {
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #byId = new Map<string, OpenAttempt>();
  /** The rows of which every Id has an outcome. */
  readonly #ended = new Set<number>();

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database);
  }

  /** Reads what earlier processes left. */
  load(): void {
    for (const row of this.#statements.all.iterate()) {
      const packed = readKeys(row);
      const [n, mark] = [readInteger(row, 'n'), readInteger(row, 'begun_after')];
      this.remember({ packed, attempt: { n, mark, left: packed.length / keyBytes }, dropped: [] });
    }
  }

  /** Returns, by `_id`, the mark before the first open attempt at it. */
  find(ids: readonly string[]): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    if (this.#byId.size === 0) return found;
    const packed = packIds(ids);
    ids.forEach((id, index) => {
      const attempt = this.#byId.get(nameAt(packed, index));
      if (attempt) found.set(id, attempt.mark);
    });
    return found;
  }

  /** `remember` what it returns once that is committed. An Id that is open already keeps its first attempt. */
  begin(ids: readonly string[], mark: number, now: number): WrittenAttempt | undefined {
    const all = packIds(ids);
    const fresh = ids.flatMap((_, index) => (this.#byId.has(nameAt(all, index)) ? [] : keyAt(all, index)));
    if (fresh.length === 0) return undefined;
    const packed = Buffer.concat(fresh);
    const dropped = [...this.#ended];
    for (const n of dropped) this.#statements.drop.run(n);
    const { lastInsertRowid } = this.#statements.add.run(mark, now, packed);
    return { packed, attempt: { n: Number(lastInsertRowid), mark, left: packed.length / keyBytes }, dropped };
  }

  remember({ packed, attempt, dropped }: WrittenAttempt): void {
    for (const n of dropped) this.#ended.delete(n);
    for (let index = 0; index * keyBytes < packed.length; index += 1) {
      const name = nameAt(packed, index);
      if (this.#byId.has(name)) this.#end(attempt);
      else this.#byId.set(name, attempt);
    }
  }

  /** Call once their outcome is committed. */
  end(ids: readonly string[]): void {
    if (this.#byId.size === 0) return;
    const packed = packIds(ids);
    ids.forEach((_, index) => {
      const name = nameAt(packed, index);
      const attempt = this.#byId.get(name);
      if (!attempt) return;
      this.#byId.delete(name);
      this.#end(attempt);
    });
  }

  /** Nothing begun before can be served again. */
  prune(begunBefore: number): void {
    this.#statements.prune.run(begunBefore);
  }

  #end(attempt: OpenAttempt): void {
    attempt.left -= 1;
    if (attempt.left === 0) this.#ended.add(attempt.n);
  }
}

function packIds(ids: readonly string[]): Buffer {
  return packKeys(ids.map((id) => ({ id, seconds: 0 })));
}

function keyAt({ buffer, byteOffset }: Uint8Array, index: number): Buffer {
  return Buffer.from(buffer, byteOffset + index * keyBytes, keyBytes);
}

const nameAt = (packed: Uint8Array, index: number): string => keyAt(packed, index).toString('latin1');

function readKeys(row: Row): Uint8Array {
  const keys = readBytes(row, 'keys');
  if (keys.length % keyBytes !== 0) throw new DamagedRowError('the Ids of an attempt are cut off');
  return keys;
}

function prepareStatements(database: DatabaseSync): Record<'all' | 'add' | 'drop' | 'prune', StatementSync> {
  return {
    all: database.prepare('SELECT n, begun_after, keys FROM open_attempt ORDER BY n'),
    add: database.prepare('INSERT INTO open_attempt (begun_after, begun_at, keys) VALUES (?, ?, ?)'),
    drop: database.prepare('DELETE FROM open_attempt WHERE n = ?'),
    prune: database.prepare('DELETE FROM open_attempt WHERE begun_at < ?'),
  };
}
