// The ledger as lines of JSON, to carry it to another machine or another form of ledger. Version 1: a header, then one
// object per line with its `kind`. Checkpoints stay behind: they speak of files on this machine, and the file output
// finds out by itself what its files hold.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { describeError, OperatorError } from '../errors.ts';
import { keyBytes } from './record-keys.ts';
import { type Row, readBytes, readInteger, readText } from './row.ts';
import { readFault } from './sqlite-fault.ts';

export const portableFormat = 'm365-state';
export const portableVersion = 1;

type Cell = string | number | null;
export type Transact = <T>(work: () => T) => Promise<T>;

const keysPerLine = 512;
const linesPerTransaction = 64;

const scopeColumns = ['tenant', 'content_type'];

/** Tables that are carried column by column, as they are named in the schema. */
const scopedTables = {
  fact: ['name', 'value'],
  gap: ['starts', 'ends', 'reason'],
  blob: [
    'content_id',
    'content_uri',
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
    'ended_at',
  ],
} as const;

type ScopedTable = keyof typeof scopedTables;

const isScopedTable = (kind: unknown): kind is ScopedTable =>
  typeof kind === 'string' && kind in scopedTables;

/** Lines without their line feed. What is written meanwhile may be left out. */
export function* exportLines(database: DatabaseSync, exportedAt: string): Iterable<string> {
  yield JSON.stringify({ format: portableFormat, version: portableVersion, exportedAt });
  for (const table of Object.keys(scopedTables))
    if (isScopedTable(table)) yield* exportTable(database, table);
  // Recent Ids first: those that are sorted in meanwhile are met a second time, and not missed.
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

function* exportTable(database: DatabaseSync, table: ScopedTable): Iterable<string> {
  const columns = [...scopeColumns, ...scopedTables[table]].join(', ');
  for (const row of database.prepare(`SELECT ${columns} FROM ${table} JOIN scope USING (scope)`).iterate()) {
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

/**
 * Adds what the lines hold to what is there; of two rows about the same thing, the one that was there stays. Returns
 * how many lines were taken. Throws an OperatorError at the first line it cannot read, naming it.
 */
export async function importLines(
  database: DatabaseSync,
  lines: AsyncIterable<string>,
  transact: Transact,
): Promise<number> {
  const importer = new Importer(database);
  let taken = 0;
  let waiting: string[] = [];
  const take = async () => {
    const first = taken;
    await transact(() => waiting.forEach((line, index) => void importer.take(line, first + index + 1)));
    taken += waiting.length;
    waiting = [];
  };
  for await (const line of lines) {
    waiting.push(line);
    if (waiting.length === linesPerTransaction) await take();
  }
  await take();
  if (taken === 0) throw unreadable(1, 'the file is empty');
  return taken;
}

class Importer {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  take(line: string, number: number): void {
    const row = parseLine(line, number);
    if (number === 1) checkHeader(row);
    else this.#takeOver(row, number);
  }

  #takeOver(row: Row, number: number): void {
    try {
      if (row.kind === 'seen') this.#takeSeen(row);
      else if (row.kind === 'seen_late') this.#takeLate(row);
      else if (isScopedTable(row.kind)) this.#takeRow(row.kind, row);
      else throw new TypeError(`the kind ${JSON.stringify(row.kind)} is unknown`);
    } catch (error) {
      // A full disk is not the line's fault.
      throw readFault(error) === 'other' ? unreadable(number, describeError(error)) : error;
    }
  }

  #takeSeen(row: Row): void {
    const keys = Buffer.from(readText(row, 'keys'), 'base64');
    if (keys.length % keyBytes !== 0) throw new TypeError('the keys are cut off');
    const add = this.#database.prepare('INSERT OR IGNORE INTO seen VALUES (?)');
    for (let at = 0; at < keys.length; at += keyBytes) add.run(keys.subarray(at, at + keyBytes));
  }

  #takeLate(row: Row): void {
    const key = Buffer.from(readText(row, 'key'), 'base64');
    if (key.length !== keyBytes) throw new TypeError('the key is cut off');
    this.#database
      .prepare('INSERT OR IGNORE INTO seen_late VALUES (?, ?)')
      .run(key, readInteger(row, 'arrived'));
  }

  #takeRow(table: ScopedTable, row: Row): void {
    const scope = [readText(row, 'tenant'), readText(row, 'content_type')];
    this.#database.prepare('INSERT OR IGNORE INTO scope (tenant, content_type) VALUES (?, ?)').run(...scope);
    const columns = scopedTables[table];
    const cells = columns.map((column) => readCell(row, column));
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO ${table} (scope, ${columns.join(', ')})
          SELECT scope, ${columns.map(() => '?').join(', ')} FROM scope WHERE tenant = ? AND content_type = ?`,
      )
      .run(...cells, ...scope);
  }
}

function parseLine(line: string, number: number): Row {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) throw new TypeError('it is not an object');
    return Object.fromEntries(Object.entries(value).map(([name, cell]) => [name, toCell(cell)]));
  } catch (error) {
    throw unreadable(number, describeError(error));
  }
}

function toCell(cell: unknown): Cell {
  return typeof cell === 'string' || typeof cell === 'number' ? cell : null;
}

function readCell(row: Row, column: string): SQLOutputValue {
  const cell = row[column];
  if (cell === undefined) throw new TypeError(`${column} is missing`);
  return cell;
}

function checkHeader(row: Row): void {
  if (row.format !== portableFormat) throw unreadable(1, 'it is no exported state');
  if (row.version !== portableVersion) {
    throw unreadable(1, `its version is ${row.version}, and this program reads ${portableVersion}`);
  }
}

function unreadable(line: number, why: string): OperatorError {
  return new OperatorError({
    code: 'state-unreadable',
    message: `Line ${line} of the exported state cannot be taken over: ${why}.`,
    advice:
      'Export it again with the same version of this program; lines before it were taken over, which does no harm.',
    retry: { kind: 'never' },
  });
}
