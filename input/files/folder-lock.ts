// One process per folder. The lock is SQLite's own on a file in it: the operating system gives it back when the
// process dies, however it dies, so there is nothing stale to clean up.

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, OperatorError } from '../contract/errors.ts';
import { createOwnedFile } from './owned-files.ts';
import { readFault } from './sqlite-fault.ts';

export interface FolderLock {
  release(): void;
}

/** `what` names the folder in messages: "state folder". Throws an OperatorError that names the process which has it. */
export function lockFolder(folder: string, what: string, now: number): FolderLock {
  const file = join(folder, '.m365.lock');
  const holderFile = join(folder, '.m365.holder.json');
  createOwnedFile(file);
  const database = new DatabaseSync(file);
  try {
    takeLock(database, file);
  } catch (error) {
    database.close();
    throw readFault(error) === 'held'
      ? heldError(`${what} ${folder}`, holderFile)
      : cannotLockError(`${what} ${folder}`, file, error);
  }
  leaveName(holderFile, now);
  return { release: () => database.close() };
}

function takeLock(database: DatabaseSync, file: string): void {
  const take = () => database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  try {
    take();
  } catch (error) {
    if (readFault(error) !== 'damaged') throw error;
    // Nothing is ever written to it. It stays the same file, and with that keeps the lock of whoever may have it.
    truncateSync(file);
    take();
  }
}

/** A courtesy to those who find the folder locked; a full disk is met by whoever writes what matters. */
function leaveName(holderFile: string, now: number): void {
  const name = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() };
  try {
    writeFileSync(holderFile, JSON.stringify(name), { mode: 0o600 });
  } catch {
    // Then the holder stays nameless.
  }
}

function heldError(folder: string, holderFile: string): OperatorError {
  return new OperatorError({
    code: 'folder-in-use',
    message: `The ${folder} is in use by ${readHolder(holderFile)}.`,
    advice: 'Stop that process, or give this one a folder of its own.',
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

function cannotLockError(folder: string, file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'folder-unusable',
    message: `The ${folder} cannot be locked: ${describeError(cause)} (${file}).`,
    advice: 'It must be on a local disk that this user can write.',
    retry: { kind: 'never' },
    cause,
  });
}
