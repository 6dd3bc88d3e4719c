// Locks a folder for one process. The lock is SQLite's own on a file in it: the operating system releases it when the
// process dies, however it dies, so no stale lock has to be cleaned up.

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, OperatorError } from '../contract/errors.ts';
import { isoTime } from '../contract/time.ts';
import { createOwnedFile } from './owned-files.ts';
import { readFault } from './sqlite-fault.ts';

export interface FolderLock {
  release(): void;
}

/** Locks the folder; `what` names it in messages: "state folder". Throws an OperatorError that names the holder. */
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
  writeHolder(holderFile, now);
  return { release: () => database.close() };
}

function takeLock(database: DatabaseSync, file: string): void {
  const take = () => database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  try {
    take();
  } catch (error) {
    if (readFault(error) !== 'damaged') throw error;
    // The file holds no data. It stays the same file, so that another process that has the lock keeps it.
    truncateSync(file);
    take();
  }
}

/** Writes the holder for those who find the folder locked. Failing is no error: whoever writes more meets the full disk. */
function writeHolder(holderFile: string, now: number): void {
  const name = { pid: process.pid, host: hostname(), since: isoTime(now) };
  try {
    writeFileSync(holderFile, JSON.stringify(name), { mode: 0o600 });
  } catch {
    // Others then learn only that another process has the folder.
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
    // The file may not be there yet: the holder writes it just after it takes the lock.
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
