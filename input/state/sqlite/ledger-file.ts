// Opens the ledger's database in whatever condition it was left: new, older, newer, damaged, in use.

import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import { formatTimestamp } from '../../files/file-name.ts';
import { createOwnedFile, requireFolder, requireReadable } from '../../files/owned-files.ts';
import { foundDamage, readFault } from '../../files/sqlite-fault.ts';
import { applicationId, migrate, readVersion, tune } from './ledger-schema.ts';
import { readText } from './rows.ts';
import type { Lack } from './unrecorded.ts';

export interface LedgerFileParts {
  readonly folder: string;
  readonly now: number;
  readonly log: Logger;
  readonly migrations: readonly string[];
  /** False where the file is not as the last run left it: then all of it is looked at. */
  readonly isTrusted: boolean;
  /** The outcome of looking at all of it, where somebody has done that already. */
  readonly verdict?: string | undefined;
  /** True where it is a copy, of which parts may be older than others. */
  readonly isCopy?: boolean;
  /** See readLastUse. */
  readonly lastUse?: string | undefined;
}

export interface OpenedFile {
  readonly database: DatabaseSync;
  readonly file: string;
  /** See DeliveryLedger.uncleanStart. */
  readonly uncleanStart: boolean;
  /** What it does not know of earlier runs; undefined where every attempt of them is in it. */
  readonly lack: Lack | undefined;
}

export const ledgerFile = (folder: string) => join(folder, 'ledger.db');

/**
 * Those who look at a ledger in use can be in the way for a moment. The process stands still meanwhile, so longer waits
 * are left to those who write.
 */
const busyTimeoutMs = 1_000;

/** This file is left behind when damage was met while running: the next start begins a new ledger. */
const suspectFile = (folder: string) => join(folder, 'ledger.suspect');

export function markSuspect(folder: string): void {
  try {
    writeFileSync(suspectFile(folder), '', { mode: 0o600 });
  } catch {
    // The disk may be full: the next start then has to meet the damage again.
  }
}

/** Opens the ledger, and makes it where there is none. Throws what `isDamageAtStart` knows where it is damaged. */
export function openLedgerFile(parts: LedgerFileParts): OpenedFile {
  const file = ledgerFile(parts.folder);
  const existed = existsSync(file);
  if (existsSync(suspectFile(parts.folder))) throw foundDamage('the last run met damage in it');
  const database = openDatabase(file, parts);
  const lack = !existed || parts.isCopy ? 'others' : isAsLeft(database, parts) ? undefined : 'own';
  return { database, file, uncleanStart: !existed || !parts.isTrusted, lack };
}

export function openToRead(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  } catch (error) {
    requireReadable(file);
    throw error;
  }
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
  const database = openToRead(file);
  try {
    refuseForeign(database, file, migrations.length);
    refuseOlder(database, file, migrations.length);
    tune(database);
    return { database, file, uncleanStart: false, lack: undefined };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A process that was killed has left what it wrote. */
function isAsLeft(database: DatabaseSync, { isTrusted, lastUse }: LedgerFileParts): boolean {
  const row = database.prepare('SELECT used FROM identity').get();
  return isTrusted || (lastUse !== undefined && row?.used === lastUse);
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
  refuseUnsoundHeader(file);
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    refuseForeign(database, file, parts.migrations.length);
    database.exec('PRAGMA journal_mode = WAL');
    backUpBeforeMigration(database, file, parts);
    migrateApart(database, parts.migrations);
    if (parts.isTrusted) lookAround(database);
    else lookThrough(database, parts.verdict);
    if (parts.isCopy) doubtCopy(database, file, parts.log);
    tune(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A copy that was made while the ledger was written to may hold a page that is newer than another. What says that something
 * was delivered is true all the same, only not all of it may be there. What speaks of everything up to a point is not: how
 * far the files are known, and which index was the last one when a request was sent.
 */
function doubtCopy(database: DatabaseSync, file: string, log: Logger): void {
  database.exec(`BEGIN IMMEDIATE;
    UPDATE file_length SET length = 0;
    DELETE FROM acknowledged_index;
    UPDATE open_attempt SET begun_after = 0;
    COMMIT`);
  log.warn(
    {},
    `The ledger ${file} is a copy: what was delivered after it was made, or is missing in it, is looked for before anything is sent.`,
  );
}

/** A step that fails is a fault of this program, not of the file. */
function migrateApart(database: DatabaseSync, steps: readonly string[]): void {
  try {
    migrate(database, steps);
  } catch (error) {
    throw readFault(error) === 'other' ? new Error(describeError(error), { cause: error }) : error;
  }
}

const versionsAt = 18;

/** SQLite takes a file with other numbers there for one that may only be read. */
function refuseUnsoundHeader(file: string): void {
  const versions = Buffer.alloc(2);
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, versions, 0, 2, versionsAt);
    if (length > 0 && versions.some((version) => version !== 1 && version !== 2))
      throw foundDamage('its header is no database of ours');
  } finally {
    closeSync(descriptor);
  }
}

/** A number of versions that this program will hardly see. */
const farAway = 10_000;

function refuseForeign(database: DatabaseSync, file: string, newest: number): void {
  const version = readVersion(database);
  const application = Number(database.prepare('PRAGMA application_id').get()?.application_id);
  const tables = listTables(database);
  if (version === 0 && tables.length === 0) return;
  const isOurs = version > 0 && application === applicationId;
  if (isOurs && version <= newest) return;
  if (isOurs ? version > farAway : ownTables.every((table) => tables.includes(table)))
    throw foundDamage('its header is damaged');
  if (!isOurs) {
    throw new OperatorError({
      code: 'not-a-ledger',
      message: `${file} is a database of another program.`,
      advice: 'Choose another state folder.',
      retry: { kind: 'never' },
    });
  }
  throw new OperatorError({
    code: 'ledger-newer',
    message: `The ledger ${file} was written by a newer version of this program (schema ${version}; this one knows ${newest}).`,
    advice: 'Run the newer version, or restore the backup that it made beside the ledger before it migrated.',
    retry: { kind: 'never' },
  });
}

/** Tables of every schema; together they are in no other program's database. */
const ownTables = ['identity', 'seen_recent', 'seen_late', 'checkpoint', 'gap'];

function listTables(database: DatabaseSync): string[] {
  return database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()
    .map((row) => readText(row, 'name'));
}

/** Touches every table, which finds a torn header, schema or root page; damage deeper down is met on the way. */
function lookAround(database: DatabaseSync): void {
  for (const table of listTables(database)) database.prepare(`SELECT * FROM "${table}" LIMIT 1`).get();
}

/** Reads every page, unless that was done. */
function lookThrough(database: DatabaseSync, known: string | undefined): void {
  const verdict = known ?? Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {})[0];
  if (verdict !== 'ok') throw foundDamage(String(verdict));
}

function backUpBeforeMigration(database: DatabaseSync, file: string, parts: LedgerFileParts): void {
  const version = readVersion(database);
  if (version === 0 || version === parts.migrations.length) return;
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const backup = join(parts.folder, `ledger.schema-${version}-${formatTimestamp(parts.now)}`);
  createOwnedFile(backup);
  copyFileSync(file, backup);
  parts.log.info(
    {},
    `The ledger ${file} is brought from schema ${version} to ${parts.migrations.length}; the old one is kept as ${backup}.`,
  );
}

/** Renames the ledger out of the way; returns its new name. A new one may then be begun. */
export function setLedgerAside({ folder, now, log }: LedgerFileParts, error: unknown): string {
  const file = ledgerFile(folder);
  const target = join(folder, `ledger.damaged-${formatTimestamp(now)}`);
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  }
  rmSync(suspectFile(folder), { force: true });
  log.warn(
    {},
    `The ledger ${file} is damaged (${describeError(error)}) and was set aside as ${target}. A new one is begun: what Microsoft still lists is collected again, and what was delivered before is recognised. "m365 state rebuild" makes that quick.`,
  );
  return target;
}
