// One process per state folder. The lock is SQLite's own on a file beside the ledger: the operating system gives it
// back when the process dies, however it dies, so there is nothing stale to clean up.

import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, OperatorError } from '../errors.ts';
import { createOwnedFile } from './owned-files.ts';
import { readFault } from './sqlite-fault.ts';

export interface StateLock {
  release(): void;
}

/** Throws an OperatorError that names the process which holds the folder. */
export function lockState(folder: string, now: number): StateLock {
  const file = join(folder, 'ledger.lock');
  const holderFile = join(folder, 'ledger.holder.json');
  createOwnedFile(file);
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw readFault(error) === 'held' ? heldError(folder, holderFile) : cannotLockError(file, error);
  }
  const since = new Date(now).toISOString();
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, host: hostname(), since }), { mode: 0o600 });
  return { release: () => database.close() };
}

function heldError(folder: string, holderFile: string): OperatorError {
  return new OperatorError({
    code: 'state-folder-in-use',
    message: `The state folder ${folder} is in use by ${readHolder(holderFile)}.`,
    advice: 'Stop that process, or give this one a state folder of its own.',
    retry: { kind: 'never' },
  });
}

function readHolder(file: string): string {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof holder === 'object' && holder !== null && 'pid' in holder && 'since' in holder) {
      const host = 'host' in holder && holder.host !== hostname() ? ` on ${holder.host}` : '';
      return `process ${holder.pid}${host}, since ${holder.since}`;
    }
  } catch {
    // The holder writes its name just after it takes the lock.
  }
  return 'another process';
}

function cannotLockError(file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'state-folder-unusable',
    message: `The lock file ${file} cannot be taken: ${describeError(cause)}.`,
    advice:
      'The state folder must be on a local disk that this user can write; delete the lock file if it is damaged.',
    retry: { kind: 'never' },
    cause,
  });
}
