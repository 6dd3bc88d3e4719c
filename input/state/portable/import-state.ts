// Takes over an exported ledger, see portable-state.ts. An export that is cut or damaged is taken as far as it can be
// read, but nothing of it that stands for rows which may be missing: a watermark that came in without the blobs behind it
// would keep them from ever being listed.

import type { DatabaseSync } from 'node:sqlite';
import { parseObject } from '../../../pipelines/json/unknown.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import { readFault } from '../../files/sqlite-fault.ts';
import { keyBytes } from '../sqlite/ids/record-keys.ts';
import { readState } from '../sqlite/item-rows.ts';
import { type Row, readInteger, readText } from '../sqlite/rows.ts';
import { recordLack } from '../sqlite/unrecorded.ts';
import { renewCounts, renewLine } from './old-lines.ts';
import {
  type ComponentTable,
  componentColumns,
  componentTables,
  isComponentTable,
  LineDigest,
  portableFormat,
  portableVersion,
  type RowCounts,
} from './portable-state.ts';

export type Transact = <T>(work: () => T) => Promise<T>;

export interface ImportOptions {
  /** Names of checkpoints that say nothing of other rows; all others wait until the whole export was seen. */
  readonly independent: readonly string[];
  /** The checkpoints that the feeds of a source have until then: with them, it looks at everything again. */
  readonly doubts: readonly { readonly source: string; readonly name: string; readonly value: string }[];
}

export interface Imported {
  readonly lines: number;
  /** True only of an export whose end mark was met and agrees with all that stood before it. */
  readonly isWhole: boolean;
  readonly hasEndMark: boolean;
  /** The first left no end mark. */
  readonly version: number;
  readonly taken: RowCounts;
  /** The counts that the header announced, where it did. */
  readonly announced: Partial<RowCounts>;
  readonly unreadable: { readonly lines: number; readonly first: string } | undefined;
}

const knownVersions = [1, 2, portableVersion];
const linesPerTransaction = 64;
const isComponent = componentColumns.map((column) => `${column} = ?`).join(' AND ');
const none: RowCounts = { checkpoint: 0, gap: 0, item: 0, seen: 0, seen_late: 0 };

/**
 * Adds what the lines hold to what is there; of two rows about the same thing, the one that was there stays. Throws an
 * OperatorError where the first line is not that of an exported state.
 */
export async function importLines(
  database: DatabaseSync,
  lines: AsyncIterable<string>,
  options: ImportOptions,
  transact: Transact,
): Promise<Imported> {
  const importer = new Importer(database, options);
  let waiting: string[] = [];
  const take = async () => {
    const group = waiting.map((line) => importer.read(line));
    await transact(() => group.forEach((write) => void write?.()));
    waiting = [];
  };
  for await (const line of lines) {
    waiting.push(line);
    if (waiting.length === linesPerTransaction) await take();
  }
  await take();
  // Records of the imported items may have been sent elsewhere at any time.
  await transact(() => {
    database.exec('DELETE FROM acknowledged_index');
    recordLack(database, 'others', Date.now());
  });
  const imported = importer.conclude();
  if (imported.isWhole) await transact(() => importer.writeDependentCheckpoints());
  return imported;
}

/** Takes over single rows of a ledger of which the rest is lost, in a transaction of its own; returns how many. */
export function salvageRows(database: DatabaseSync, lines: Iterable<string>, options: ImportOptions): number {
  const importer = new Importer(database, options);
  importer.read(JSON.stringify({ format: portableFormat, version: portableVersion }));
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const line of lines) importer.read(line)?.();
    database.exec('COMMIT');
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
  return importer.conclude().lines - 1;
}

type LineWrite = () => void;

class Importer {
  readonly #database: DatabaseSync;
  readonly #options: ImportOptions;
  readonly #digest = new LineDigest();
  readonly #taken = { ...none };
  readonly #waitingCheckpoints: Row[] = [];
  readonly #unreadable = new Set<number>();
  #firstUnreadable = '';
  #lines = 0;
  #version = 0;
  #announced: Imported['announced'] = {};
  #end: { readonly agrees: boolean } | undefined;

  constructor(database: DatabaseSync, options: ImportOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Returns the write that a line asks for, to be run in a transaction; undefined where there is none. */
  read(text: string): LineWrite | undefined {
    this.#lines += 1;
    const number = this.#lines;
    const line = number === 1 ? text.replace(/^\ufeff/, '') : text;
    if (number === 1) return this.#readHeader(line);
    try {
      const write = this.#readLine(line);
      return write && (() => this.#attempt(write, number));
    } catch (error) {
      this.#note(number, error);
      return undefined;
    }
  }

  conclude(): Imported {
    if (this.#lines === 0) throw foreign('the file is empty');
    const lines = this.#unreadable.size;
    return {
      lines: this.#lines,
      isWhole: this.#end?.agrees === true && lines === 0,
      hasEndMark: this.#end !== undefined,
      version: this.#version,
      taken: this.#taken,
      announced: this.#announced,
      unreadable: lines === 0 ? undefined : { lines, first: this.#firstUnreadable },
    };
  }

  /** Within a transaction, once everything else is in. */
  writeDependentCheckpoints(): void {
    const replace = this.#database.prepare(
      `UPDATE checkpoint SET value = ? WHERE name = ? AND value = ?
        AND component = (SELECT component FROM component WHERE ${isComponent})`,
    );
    for (const row of this.#waitingCheckpoints) {
      this.#insert('checkpoint', row);
      for (const { name, value } of this.#doubtsOf(row))
        if (row.name === name) replace.run(readText(row, 'value'), name, value, ...componentOf(row));
    }
  }

  #readHeader(line: string): undefined {
    const header = parseHeader(line);
    if (header.format !== portableFormat) throw foreign('it is no exported state');
    const { version } = header;
    if (typeof version !== 'number' || !knownVersions.includes(version))
      throw foreign(`its version is ${version}, and this program reads ${knownVersions.join(', ')}`);
    this.#version = version;
    this.#announced = readCounts(header.rows);
    this.#digest.add(line);
  }

  #readLine(line: string): LineWrite | undefined {
    const row = renewLine(parseRow(line));
    if (this.#end) throw new TypeError('it stands behind the end of the export');
    if (row.kind === 'end') {
      this.#end = { agrees: row.lines === this.#digest.lines && row.sha256 === this.#digest.sum() };
      return undefined;
    }
    this.#digest.add(line);
    if (row.kind === 'seen') return this.#readSeen(row);
    if (row.kind === 'seen_late') return this.#readLate(row);
    if (isComponentTable(row.kind)) return this.#readTable(row.kind, row);
    throw new TypeError(`the kind ${JSON.stringify(row.kind)} is unknown`);
  }

  #readSeen(row: Row): LineWrite {
    const keys = Buffer.from(readText(row, 'keys'), 'base64');
    if (keys.length % keyBytes !== 0) throw new TypeError('the keys are cut off');
    this.#taken.seen += keys.length / keyBytes;
    return () => {
      const add = this.#database.prepare('INSERT OR IGNORE INTO seen VALUES (?)');
      for (let at = 0; at < keys.length; at += keyBytes) add.run(keys.subarray(at, at + keyBytes));
    };
  }

  #readLate(row: Row): LineWrite {
    const key = Buffer.from(readText(row, 'key'), 'base64');
    const arrived = readInteger(row, 'arrived');
    if (key.length !== keyBytes) throw new TypeError('the key is cut off');
    this.#taken.seen_late += 1;
    return () =>
      void this.#database.prepare('INSERT OR IGNORE INTO seen_late VALUES (?, ?)').run(key, arrived);
  }

  #readTable(table: ComponentTable, row: Row): LineWrite {
    componentOf(row);
    for (const column of componentTables[table])
      if (row[column] === undefined) throw new TypeError(`${column} is missing`);
    if (table === 'item') readState(row.state);
    this.#taken[table] += 1;
    if (table !== 'checkpoint' || this.#options.independent.includes(readText(row, 'name')))
      return () => this.#insert(table, row);
    this.#waitingCheckpoints.push(row);
    return () => {
      for (const { name, value } of this.#doubtsOf(row)) this.#insert('checkpoint', { ...row, name, value });
    };
  }

  #doubtsOf(row: Row): ImportOptions['doubts'] {
    return this.#options.doubts.filter(({ source }) => source === row.source);
  }

  #insert(table: ComponentTable, row: Row): void {
    const component = componentOf(row);
    this.#database
      .prepare(`INSERT OR IGNORE INTO component (${componentColumns.join(', ')}) VALUES (?, ?, ?, ?)`)
      .run(...component);
    const columns = componentTables[table];
    const cells = columns.map((column) => row[column] ?? null);
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO ${table} (component, ${columns.join(', ')})
          SELECT component, ${columns.map(() => '?').join(', ')} FROM component WHERE ${isComponent}`,
      )
      .run(...cells, ...component);
  }

  /** A value of another type is the line's fault; a full disk is not. */
  #attempt(write: LineWrite, number: number): void {
    try {
      write();
    } catch (error) {
      if (readFault(error) !== 'other') throw error;
      this.#note(number, error);
    }
  }

  #note(number: number, error: unknown): void {
    if (this.#unreadable.size === 0) this.#firstUnreadable = `line ${number}: ${describeError(error)}`;
    this.#unreadable.add(number);
  }
}

function parseHeader(line: string): Readonly<Record<string, unknown>> {
  try {
    return readObject(line);
  } catch (error) {
    throw foreign(describeError(error));
  }
}

function parseRow(line: string): Row {
  return Object.fromEntries(Object.entries(readObject(line)).map(([name, cell]) => [name, toCell(cell)]));
}

function readObject(line: string): Readonly<Record<string, unknown>> {
  const value = parseObject(line);
  if (value === undefined) throw new TypeError('it is no JSON object');
  return value;
}

function toCell(cell: unknown): string | number | null {
  return typeof cell === 'string' || typeof cell === 'number' ? cell : null;
}

function readCounts(rows: unknown): Imported['announced'] {
  if (typeof rows !== 'object' || rows === null) return {};
  return renewCounts(
    Object.fromEntries(Object.entries(rows).filter(([, count]) => typeof count === 'number')),
  );
}

function componentOf(row: Row): string[] {
  return componentColumns.map((column) => readText(row, column));
}

function foreign(why: string): OperatorError {
  return new OperatorError({
    code: 'state-unreadable',
    message: `Line 1 of the exported state cannot be taken over: ${why}.`,
    advice: 'Name a file that m365 state export wrote.',
    retry: { kind: 'never' },
  });
}
