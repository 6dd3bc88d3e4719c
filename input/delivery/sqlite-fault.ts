// What an error of SQLite's means to us, by its primary result code (https://sqlite.org/rescode.html).

import { describeError, OperatorError } from '../errors.ts';

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

export function damageError(file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'ledger-damaged',
    message: `The ledger ${file} is damaged: ${describeError(cause)}.`,
    advice: 'Start again: the damaged file is set aside and a new ledger begun; nothing is lost.',
    retry: { kind: 'never' },
    cause,
  });
}
