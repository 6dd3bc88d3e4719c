// Short numbers for tenant × content type, and the small facts and gaps remembered for each.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { keyOf } from '../../contract/component.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Checkpoint, Gap } from '../../contract/state.ts';

/** The source whose feeds stand in the tables by their name alone; those of others have their source before it. */
const unnamed = 'management-activity';

function columnsOf({ tenant, source, name }: Feed): [string, string] {
  return [tenant, source === unnamed ? name : `${source}/${name}`];
}

function readFeed(row: Row): Feed {
  const [tenant, column] = [readText(row, 'tenant'), readText(row, 'content_type')];
  const end = column.indexOf('/');
  return end < 0
    ? { tenant, source: unnamed, name: column }
    : { tenant, source: column.slice(0, end), name: column.slice(end + 1) };
}

export class Scopes {
  readonly #database: DatabaseSync;
  readonly #numbers = new Map<string, number>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #all: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare('SELECT scope FROM scope WHERE tenant = ? AND content_type = ?');
    this.#add = database.prepare('INSERT INTO scope (tenant, content_type) VALUES (?, ?) RETURNING scope');
    this.#all = database.prepare('SELECT tenant, content_type FROM scope ORDER BY tenant, content_type');
  }

  /** The number of a feed; undefined while nothing was ever written about it. */
  find(feed: Feed): number | undefined {
    const key = keyOf(feed);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const row = this.#find.get(...columnsOf(feed));
    if (!row) return undefined;
    const found = readInteger(row, 'scope');
    // A transaction may have made this number and may yet be rolled back.
    if (!this.#database.isTransaction) this.#numbers.set(key, found);
    return found;
  }

  all(): Feed[] {
    return this.#all.all().map(readFeed);
  }

  /** Within a transaction. */
  findOrAdd(scope: Feed): number {
    const known = this.find(scope);
    if (known !== undefined) return known;
    const row = this.#add.get(...columnsOf(scope));
    if (!row) throw new TypeError('an inserted scope came back without its number');
    return readInteger(row, 'scope');
  }
}

export class ScopeFacts {
  readonly #scopes: Scopes;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #addGap: StatementSync;
  readonly #gaps: StatementSync;

  constructor(database: DatabaseSync, scopes: Scopes) {
    this.#scopes = scopes;
    this.#get = database.prepare('SELECT value FROM fact WHERE scope = ? AND name = ?');
    this.#set = database.prepare('INSERT OR REPLACE INTO fact (scope, name, value) VALUES (?, ?, ?)');
    this.#addGap = database.prepare(
      'INSERT OR IGNORE INTO gap (scope, starts, ends, reason) VALUES (?, ?, ?, ?)',
    );
    this.#gaps = database.prepare(
      'SELECT starts, ends, reason FROM gap WHERE scope = ? AND ends > ? AND starts < ? ORDER BY starts',
    );
  }

  get(scope: Feed, name: string): string | undefined {
    const row = this.#get.get(this.#scopes.find(scope) ?? 0, name);
    return row && readText(row, 'value');
  }

  set(scope: Feed, name: string, value: string): void {
    this.#set.run(this.#scopes.findOrAdd(scope), name, value);
  }

  addGap(gap: Gap): void {
    const from = normalizeTime(gap.from);
    this.#addGap.run(this.#scopes.findOrAdd(gap), from, normalizeTime(gap.to), gap.reason);
  }

  /** Gaps that touch the half-open window. */
  gapsBetween(scope: Feed, from: string, to: string): Gap[] {
    return this.#gaps
      .all(this.#scopes.find(scope) ?? 0, normalizeTime(from), normalizeTime(to))
      .map((row) => ({
        ...scope,
        from: readText(row, 'starts'),
        to: readText(row, 'ends'),
        reason: readText(row, 'reason'),
      }));
  }
}

/** One spelling, so that text compares as time does. */
function normalizeTime(time: string): string {
  return new Date(time).toISOString();
}

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

/** Everything that writes expects a transaction of the caller's. */
export class Checkpoints {
  readonly #all: StatementSync;
  readonly #set: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT file, length FROM checkpoint ORDER BY file');
    this.#set = database.prepare('INSERT OR REPLACE INTO checkpoint (file, length) VALUES (?, ?)');
    this.#forget = database.prepare('DELETE FROM checkpoint WHERE file = ?');
  }

  all(): Checkpoint[] {
    return this.#all
      .all()
      .map((row) => ({ file: readText(row, 'file'), length: readInteger(row, 'length') }));
  }

  set(checkpoints: readonly Checkpoint[]): void {
    for (const { file, length } of checkpoints) this.#set.run(file, length);
  }

  forget(files: readonly string[]): void {
    for (const file of files) this.#forget.run(file);
  }
}
