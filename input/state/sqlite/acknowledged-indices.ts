// The table of backing indices that acknowledged documents, in order. An attempt keeps the number of the newest row at the
// time when it began: the same transactions that a power cut or a restored copy takes away are missing in both.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ClusterStream } from '../../contract/state.ts';
import { readInteger, readText } from './rows.ts';

/** Those of a data stream that are kept: an attempt from before the oldest is one of which nothing is known. */
const keptOfEach = 32;

/** The rows of the table. Methods that write expect a transaction of the caller's. */
export class AcknowledgedIndexRows {
  readonly #newest: StatementSync;
  readonly #last: StatementSync;
  readonly #add: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync) {
    const ofStream = 'FROM acknowledged_index WHERE cluster = ? AND data_stream = ?';
    this.#newest = database.prepare('SELECT ifnull(max(n), 0) AS n FROM acknowledged_index');
    this.#last = database.prepare(`SELECT name ${ofStream} AND n <= ? ORDER BY n DESC LIMIT 1`);
    this.#add = database.prepare(
      'INSERT INTO acknowledged_index (cluster, data_stream, name) VALUES (?, ?, ?)',
    );
    this.#prune = database.prepare(
      `DELETE ${ofStream} AND n <= (SELECT n ${ofStream} ORDER BY n DESC LIMIT 1 OFFSET ${keptOfEach})`,
    );
  }

  mark(): number {
    const row = this.#newest.get();
    return row ? readInteger(row, 'n') : 0;
  }

  last({ cluster, name }: ClusterStream, mark = Number.MAX_SAFE_INTEGER): string | undefined {
    const row = this.#last.get(cluster, name, mark);
    return row && readText(row, 'name');
  }

  add(stream: ClusterStream, index: string): void {
    if (this.last(stream) === index) return;
    const { cluster, name } = stream;
    this.#add.run(cluster, name, index);
    this.#prune.run(cluster, name, cluster, name);
  }
}
