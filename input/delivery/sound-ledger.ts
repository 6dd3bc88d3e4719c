// A ledger that can be worked with, whatever was done to the file: damage to any part of it counts as damage to all.

import { describeError, OperatorError } from '../errors.ts';
import {
  type LedgerFileParts,
  ledgerFile,
  type OpenedFile,
  openLedgerFile,
  openLedgerFileToRead,
  setLedgerAside,
} from './ledger-file.ts';
import { damageError, isDamageAtStart } from './sqlite-fault.ts';

/** `use` is called with the opened file, and may find it damaged, too: it is then set aside and a new one begun. */
export function openSound<T>(parts: LedgerFileParts, use: (opened: OpenedFile) => T): T {
  try {
    try {
      return useOrClose(openLedgerFile(parts), use);
    } catch (error) {
      if (!isDamageAtStart(error)) throw error;
      setLedgerAside(parts, error);
      return useOrClose(openLedgerFile(parts), use);
    }
  } catch (error) {
    throw error instanceof OperatorError ? error : unusableError(parts.folder, error);
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
