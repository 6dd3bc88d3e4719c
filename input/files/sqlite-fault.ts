// Classifies errors of SQLite by their primary result code (https://sqlite.org/rescode.html).

import { describeError, OperatorError } from '../contract/errors.ts';

export type SqliteFault = 'damaged' | 'passing' | 'held' | 'other';

const faults: Readonly<Record<number, SqliteFault>> = {
  5: 'held', // BUSY
  10: 'passing', // IOERR
  11: 'damaged', // CORRUPT
  13: 'passing', // FULL
  14: 'passing', // CANTOPEN, as when no file can be created for a full or vanished disk
  26: 'damaged', // NOTADB
};

export function readFault(error: unknown): SqliteFault {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return 'other';
  // The low byte is the primary code, the rest says more about it.
  return faults[Number(error.errcode) & 0xff] ?? 'other';
}

/**
 * The codes that also mean damage while a ledger is opened: a table or a column that is missing, a value that no statement
 * of ours writes, a part of the disk that cannot be read.
 */
const faultsAtStart: readonly number[] = [
  1, // ERROR
  19, // CONSTRAINT
  20, // MISMATCH
  24, // FORMAT
  266, // IOERR_READ
  522, // IOERR_SHORT_READ
  8202, // IOERR_DATA
  8458, // IOERR_CORRUPTFS
];

export function isDamageAtStart(error: unknown): boolean {
  if (readFault(error) === 'damaged') return true;
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return false;
  const code = Number(error.errcode);
  return (
    faultsAtStart.includes(code) || (readFault(error) === 'other' && faultsAtStart.includes(code & 0xff))
  );
}

/** Makes the error of damage that SQLite cannot see by itself. */
export function foundDamage(what: string): Error {
  return Object.assign(new Error(what), { errcode: 11 });
}

export function damageError(file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'ledger-damaged',
    message: `The ledger ${file} is damaged: ${describeError(cause)}.`,
    advice: 'Start again: the damaged file is set aside and a new ledger begun; nothing is lost.',
    retry: { kind: 'never' },
    cause,
  });
}
