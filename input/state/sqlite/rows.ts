// Reads the cells of a row, and takes a cell of the wrong type for damage.

import type { SQLOutputValue } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

/** SQLite would say the same of a page that it can see to be damaged. */
export class DamagedRowError extends TypeError {
  readonly errcode = 11;
}

export function readText(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string')
    throw new DamagedRowError(`column ${column} holds ${typeof value}, not text`);
  return value;
}

export function readOptionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : readText(row, column);
}

export function readInteger(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number')
    throw new DamagedRowError(`column ${column} holds ${typeof value}, not an integer`);
  return value;
}

export function readBytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array))
    throw new DamagedRowError(`column ${column} holds ${typeof value}, not bytes`);
  return value;
}
