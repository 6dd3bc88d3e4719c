// How much of each local file is acknowledged.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Checkpoint } from '../contract.ts';
import { readInteger, readText } from './row.ts';

/** Everything that writes expects a transaction of the caller's. */
export class Checkpoints {
  readonly #all: StatementSync;
  readonly #set: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT file, length FROM checkpoint ORDER BY file');
    this.#set = database.prepare('INSERT OR REPLACE INTO checkpoint (file, length) VALUES (?, ?)');
    this.#forget = database.prepare('DELETE FROM checkpoint WHERE file = ?');
  }

  all(): Checkpoint[] {
    return this.#all
      .all()
      .map((row) => ({ file: readText(row, 'file'), length: readInteger(row, 'length') }));
  }

  set(checkpoints: readonly Checkpoint[]): void {
    for (const { file, length } of checkpoints) this.#set.run(file, length);
  }

  forget(files: readonly string[]): void {
    for (const file of files) this.#forget.run(file);
  }
}
