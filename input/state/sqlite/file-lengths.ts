// The table of local files: it holds how much of each is acknowledged.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { FileLength } from '../../contract/state.ts';
import { readInteger, readText } from './rows.ts';

/** The rows of the table. Methods that write expect a transaction of the caller's. */
export class FileLengthRows {
  readonly #all: StatementSync;
  readonly #set: StatementSync;
  readonly #forget: StatementSync;
  /** Files with lines that the ledger does not know of: a later length would pass them off as acknowledged. */
  readonly #spoilt = new Map<string, OperatorError>();

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT file, length FROM file_length ORDER BY file');
    this.#set = database.prepare('INSERT OR REPLACE INTO file_length (file, length) VALUES (?, ?)');
    this.#forget = database.prepare('DELETE FROM file_length WHERE file = ?');
  }

  all(): FileLength[] {
    return this.#all
      .all()
      .map((row) => ({ file: readText(row, 'file'), length: readInteger(row, 'length') }));
  }

  /** Throws where the file is spoilt. A shorter length is that of another file in its place. */
  set({ file, length }: FileLength): void {
    const failure = this.#spoilt.get(file);
    if (failure) throw failure;
    this.#set.run(file, length);
  }

  forget(files: readonly string[]): void {
    for (const file of files) this.#forget.run(file);
  }

  /** A document in a file stays there: written again by this process, it would be there twice. */
  spoil({ file }: FileLength, error: unknown): OperatorError {
    const failure = error instanceof OperatorError ? error : unrecorded(file, error);
    this.#spoilt.set(file, failure);
    return failure;
  }
}

function unrecorded(file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'checkpoint-unrecorded',
    message: `The ledger could not take up what was written to ${file}: ${describeError(cause)}.`,
    advice: 'Start again: what stands in the file is looked at then, and nothing is lost or doubled.',
    retry: { kind: 'never' },
    cause,
  });
}
