// Opens a ledger that can be worked with, whatever was done to the file: damage to any part of it counts as damage to
// all.

import type { DatabaseSync } from 'node:sqlite';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import { damageError, isDamageAtStart } from '../../files/sqlite-fault.ts';
import { type ImportOptions, salvageRows } from '../portable/import-state.ts';
import { exportOldTable } from '../portable/old-lines.ts';
import { exportTable } from '../portable/portable-state.ts';
import {
  type LedgerFileParts,
  ledgerFile,
  type OpenedFile,
  openLedgerFile,
  openLedgerFileToRead,
  openToRead,
  setLedgerAside,
} from './ledger-file.ts';

/** `use` is called with the opened file, and may find it damaged, too: it is then set aside and a new one begun. */
export function openSound<T>(
  parts: LedgerFileParts,
  carried: ImportOptions | undefined,
  use: (opened: OpenedFile) => T,
): T {
  try {
    try {
      return useOrClose(openLedgerFile(parts), use);
    } catch (error) {
      if (!isDamageAtStart(error)) throw error;
      const aside = setLedgerAside(parts, error);
      return useOrClose(openLedgerFile({ ...parts, verdict: undefined, isCopy: false }), (opened) => {
        if (carried) carryOver(aside, opened, carried, parts.log);
        return use(opened);
      });
    }
  } catch (error) {
    throw error instanceof OperatorError ? error : unusableError(parts.folder, error);
  }
}

/** No other place holds since when a tenant is collected, and what was lost. Rows that cannot be read stay behind. */
function carryOver(aside: string, { database }: OpenedFile, options: ImportOptions, log: Logger): void {
  try {
    using damaged = openToRead(aside);
    const rows = salvageRows(database, readable(damaged), options);
    log.info({}, `${rows} checkpoints and gaps were taken over from ${aside}.`);
  } catch (error) {
    log.warn({}, `Nothing could be taken over from ${aside}: ${describeError(error)}.`);
  }
}

/** Yields the rows of whichever schema it is; the tables of the other are not there. */
function* readable(damaged: DatabaseSync): Iterable<string> {
  const tables = [
    exportTable(damaged, 'checkpoint'),
    exportTable(damaged, 'gap'),
    exportOldTable(damaged, 'fact'),
    exportOldTable(damaged, 'gap'),
  ];
  for (const table of tables) {
    try {
      yield* table;
    } catch {
      // The rows that follow in this table are behind the damage.
    }
  }
}

export function openSoundToRead<T>(
  folder: string,
  migrations: readonly string[],
  use: (opened: OpenedFile) => T,
): T {
  try {
    return useOrClose(openLedgerFileToRead(folder, migrations), use);
  } catch (error) {
    throw isDamageAtStart(error) ? damageError(ledgerFile(folder), error) : error;
  }
}

function useOrClose<T>(opened: OpenedFile, use: (opened: OpenedFile) => T): T {
  try {
    return use(opened);
  } catch (error) {
    opened.database.close();
    throw error;
  }
}

function unusableError(folder: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'ledger-unusable',
    message: `The ledger in ${folder} cannot be opened: ${describeError(cause)}.`,
    advice: 'See that the disk is not full, and that this user owns the folder and the files in it.',
    retry: { kind: 'never' },
    cause,
  });
}
