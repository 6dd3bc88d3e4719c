// Opens the ledger's database in whatever condition it was left: new, older, newer, damaged, in use.

import { copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Logger } from '../contract.ts';
import { describeError, OperatorError } from '../errors.ts';
import { applicationId, migrate, readVersion, tune } from './ledger-schema.ts';
import { createOwnedFile, requireFolder, requireReadable } from './owned-files.ts';
import { damageError, readFault } from './sqlite-fault.ts';
import { stamp } from './stamp.ts';

export interface LedgerFileParts {
  readonly folder: string;
  readonly now: number;
  readonly log: Logger;
  readonly migrations: readonly string[];
}

export interface OpenedFile {
  readonly database: DatabaseSync;
  readonly file: string;
  /** True when what was known before is gone. */
  readonly fresh: boolean;
}

export const ledgerFile = (folder: string) => join(folder, 'ledger.db');

/**
 * Those who look at a ledger in use can be in the way for a moment. The process stands still meanwhile, so longer waits
 * are left to those who write.
 */
const busyTimeoutMs = 1_000;

/** Left behind when SQLite found damage while running: the next start looks at the whole file. */
const suspectFile = (folder: string) => join(folder, 'ledger.suspect');

export function markSuspect(folder: string): void {
  writeFileSync(suspectFile(folder), '', { mode: 0o600 });
}

export function openLedgerFile(parts: LedgerFileParts): OpenedFile {
  const file = ledgerFile(parts.folder);
  const existed = existsSync(file);
  try {
    return { database: openDatabase(file, parts), file, fresh: !existed };
  } catch (error) {
    if (readFault(error) !== 'damaged') throw error;
    setAside(file, parts, error);
    return { database: openDatabase(file, parts), file, fresh: true };
  }
}

export function openToRead(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
}

export function openLedgerFileToRead(folder: string, migrations: readonly string[]): OpenedFile {
  const file = ledgerFile(folder);
  requireFolder(folder, 'state folder');
  if (!existsSync(file)) {
    throw new OperatorError({
      code: 'no-ledger',
      message: `There is no ledger in ${folder}.`,
      advice: 'Name the state folder of the collector; it makes the ledger when it first runs.',
      retry: { kind: 'never' },
    });
  }
  requireReadable(file);
  const database = openToRead(file);
  try {
    refuseForeign(database, file, migrations.length);
    refuseOlder(database, file, migrations.length);
    tune(database);
    return { database, file, fresh: false };
  } catch (error) {
    database.close();
    throw readFault(error) === 'damaged' ? damageError(file, error) : error;
  }
}

function refuseOlder(database: DatabaseSync, file: string, newest: number): void {
  if (readVersion(database) === newest) return;
  throw new OperatorError({
    code: 'ledger-older',
    message: `The ledger ${file} was written by an older version of this program.`,
    advice: 'Start the collector of this version once: it brings the ledger up to date.',
    retry: { kind: 'never' },
  });
}

function openDatabase(file: string, parts: LedgerFileParts): DatabaseSync {
  createOwnedFile(file);
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    refuseForeign(database, file, parts.migrations.length);
    checkSuspect(database, parts.folder);
    database.exec('PRAGMA journal_mode = WAL');
    backUpBeforeMigration(database, file, parts);
    migrate(database, parts.migrations);
    lookAround(database);
    tune(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refuseForeign(database: DatabaseSync, file: string, newest: number): void {
  const version = readVersion(database);
  const application = Number(database.prepare('PRAGMA application_id').get()?.application_id);
  const isForeign = version > 0 ? application !== applicationId : hasTables(database);
  if (isForeign) {
    throw new OperatorError({
      code: 'not-a-ledger',
      message: `${file} is a database of another program.`,
      advice: 'Choose another state folder.',
      retry: { kind: 'never' },
    });
  }
  if (version > newest) {
    throw new OperatorError({
      code: 'ledger-newer',
      message: `The ledger ${file} was written by a newer version of this program (schema ${version}; this one knows ${newest}).`,
      advice:
        'Run the newer version, or restore the backup that it made beside the ledger before it migrated.',
      retry: { kind: 'never' },
    });
  }
}

/** Most programs leave the version at 0; of ours, such a file was not begun yet. */
function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT name FROM sqlite_schema LIMIT 1').get() !== undefined;
}

function checkSuspect(database: DatabaseSync, folder: string): void {
  if (!existsSync(suspectFile(folder))) return;
  const verdict = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
  rmSync(suspectFile(folder));
  if (verdict !== 'ok') throw Object.assign(new Error(String(verdict)), { errcode: 11 });
}

/** Touches every table, which finds a torn header, schema or root page; damage deeper down is met on the way. */
function lookAround(database: DatabaseSync): void {
  for (const row of database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()) {
    database.prepare(`SELECT * FROM "${row.name}" LIMIT 1`).get();
  }
}

function backUpBeforeMigration(database: DatabaseSync, file: string, parts: LedgerFileParts): void {
  const version = readVersion(database);
  if (version === 0 || version === parts.migrations.length) return;
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const backup = join(parts.folder, `ledger.schema-${version}-${stamp(parts.now)}`);
  createOwnedFile(backup);
  copyFileSync(file, backup);
  parts.log.info(
    {},
    `The ledger ${file} is brought from schema ${version} to ${parts.migrations.length}; the old one is kept as ${backup}.`,
  );
}

function setAside(file: string, parts: LedgerFileParts, error: unknown): void {
  const target = join(parts.folder, `ledger.damaged-${stamp(parts.now)}`);
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  }
  parts.log.warn(
    {},
    `The ledger ${file} is damaged (${describeError(error)}) and was set aside as ${target}. A new one is begun: what Microsoft still lists is collected again, and what was delivered before is recognised. "m365 state rebuild" makes that quick.`,
  );
}
