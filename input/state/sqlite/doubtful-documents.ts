// The table of doubt: how many documents of each data stream may have a second one there. It is written in the transaction
// that says that they were delivered, so that no crash forgets a doubt, and none is counted twice.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Delivered, DoubtfulDocuments } from '../../contract/state.ts';
import { readInteger, readText } from './rows.ts';

export class DoubtfulDocumentRows {
  readonly #all: StatementSync;
  readonly #add: StatementSync;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT * FROM possibly_duplicate ORDER BY data_stream');
    this.#add = database.prepare(
      `INSERT INTO possibly_duplicate (data_stream, documents, by_others, last_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (data_stream) DO UPDATE SET documents = documents + excluded.documents,
          by_others = by_others + excluded.by_others, last_at = excluded.last_at`,
    );
  }

  all(): DoubtfulDocuments[] {
    return this.#all.all().map((row) => ({
      dataStream: readText(row, 'data_stream'),
      documents: readInteger(row, 'documents'),
      byOthers: readInteger(row, 'by_others'),
      lastAt: readInteger(row, 'last_at'),
    }));
  }

  /** Within a transaction of the caller's. */
  add({ dataStream, documents, byOthers }: NonNullable<Delivered['possiblyDuplicate']>, now: number): void {
    if (documents > 0) this.#add.run(dataStream, documents, byOthers, now);
  }
}
