// The ledger as lines of JSON, to carry it to another machine or another form of ledger: a header that says how many rows
// follow, one object per line with its `kind`, and a mark at the end with the number and the SHA-256 of all lines before
// it. Version 1 had neither counts nor mark; it and version 2 know one source only, see old-lines.ts. The lengths of files
// stay behind: they speak of this machine, and the file output finds out by itself what its files hold. So do leases.

import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { keyBytes } from '../sqlite/ids/record-keys.ts';
import { readBytes, readInteger } from '../sqlite/rows.ts';

export const portableFormat = 'm365-state';
export const portableVersion = 3;

export const componentColumns = ['type', 'tenant', 'source', 'feed'] as const;

/** Tables that are carried column by column, as they are named in the schema. */
export const componentTables = {
  checkpoint: ['name', 'value'],
  gap: ['starts', 'ends', 'reason'],
  item: [
    'id',
    'data',
    'created',
    'expires',
    'created_ms',
    'state',
    'listed_at',
    'attempts',
    'next_attempt_at',
    'reason',
    'late',
    'backfill',
    'uncertain',
    'delivered',
    'duplicate',
    'dead_lettered',
    'filtered',
    'ended_at',
  ],
} as const;

export type ComponentTable = keyof typeof componentTables;

/** The number of rows of each kind in an export; for `seen` the number of Ids, many of which share a line. */
export type RowCounts = Record<ComponentTable | 'seen' | 'seen_late', number>;

const keysPerLine = 512;

export const isComponentTable = (kind: unknown): kind is ComponentTable =>
  typeof kind === 'string' && kind in componentTables;

/** The digest of all lines before the end mark, which states it. */
export class LineDigest {
  lines = 0;
  readonly #hash = createHash('sha256');

  add(line: string): void {
    this.lines += 1;
    this.#hash.update(line).update('\n');
  }

  /** It can be asked once. */
  sum(): string {
    return this.#hash.digest('hex');
  }
}

/** Lines without their line feed, in one transaction of a connection of their own: all are of the same moment. */
export function* exportLines(database: DatabaseSync, exportedAt: string): Iterable<string> {
  database.exec('BEGIN');
  const digest = new LineDigest();
  for (const line of linesBeforeEnd(database, exportedAt)) {
    digest.add(line);
    yield line;
  }
  yield JSON.stringify({ kind: 'end', lines: digest.lines, sha256: digest.sum() });
}

function* linesBeforeEnd(database: DatabaseSync, exportedAt: string): Iterable<string> {
  const rows = countRows(database);
  yield JSON.stringify({ format: portableFormat, version: portableVersion, exportedAt, rows });
  for (const table of Object.keys(componentTables))
    if (isComponentTable(table)) yield* exportTable(database, table);
  for (const row of database.prepare('SELECT keys FROM seen_recent').iterate()) {
    yield JSON.stringify({ kind: 'seen', keys: Buffer.from(readBytes(row, 'keys')).toString('base64') });
  }
  yield* exportSeen(database);
  const late = database.prepare('SELECT key, arrived FROM seen_late');
  for (const row of late.iterate()) {
    const key = Buffer.from(readBytes(row, 'key')).toString('base64');
    yield JSON.stringify({ kind: 'seen_late', key, arrived: readInteger(row, 'arrived') });
  }
}

function countRows(database: DatabaseSync): RowCounts {
  const count = (query: string) => {
    const row = database.prepare(query).get();
    return row ? readInteger(row, 'n') : 0;
  };
  const rowsOf = (table: ComponentTable) =>
    count(`SELECT count(*) AS n FROM ${table} JOIN component USING (component)`);
  const recent = count(`SELECT ifnull(sum(length(keys)) / ${keyBytes}, 0) AS n FROM seen_recent`);
  return {
    checkpoint: rowsOf('checkpoint'),
    gap: rowsOf('gap'),
    item: rowsOf('item'),
    seen: recent + count('SELECT count(*) AS n FROM seen'),
    seen_late: count('SELECT count(*) AS n FROM seen_late'),
  };
}

export function* exportTable(database: DatabaseSync, table: ComponentTable): Iterable<string> {
  const columns = [...componentColumns, ...componentTables[table]].join(', ');
  for (const row of database
    .prepare(`SELECT ${columns} FROM ${table} JOIN component USING (component)`)
    .iterate()) {
    yield JSON.stringify({ kind: table, ...row });
  }
}

function* exportSeen(database: DatabaseSync): Iterable<string> {
  let keys: Uint8Array[] = [];
  const take = () => {
    const line = JSON.stringify({ kind: 'seen', keys: Buffer.concat(keys).toString('base64') });
    keys = [];
    return line;
  };
  for (const row of database.prepare('SELECT key FROM seen ORDER BY key').iterate()) {
    keys.push(readBytes(row, 'key'));
    if (keys.length === keysPerLine) yield take();
  }
  if (keys.length > 0) yield take();
}
