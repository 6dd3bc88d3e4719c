// Which ledger this is, and how often it was opened to be written.

import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Ledger } from '../contract.ts';
import { type Row, readInteger, readText } from './row.ts';

/** Durable even through a power cut, unlike other transactions: others may keep a note of it. */
export function countRun(database: DatabaseSync): Ledger['identity'] {
  database.exec('PRAGMA synchronous = FULL');
  const row = database
    .prepare(
      `INSERT INTO identity (only, id, run) VALUES (1, ?, 1)
        ON CONFLICT (only) DO UPDATE SET run = run + 1 RETURNING id, run`,
    )
    .get(randomUUID());
  database.exec('PRAGMA synchronous = NORMAL');
  return toIdentity(row);
}

export function readIdentity(database: DatabaseSync): Ledger['identity'] {
  return toIdentity(database.prepare('SELECT id, run FROM identity').get());
}

function toIdentity(row: Row | undefined): Ledger['identity'] {
  return row ? { id: readText(row, 'id'), run: readInteger(row, 'run') } : { id: '', run: 0 };
}
