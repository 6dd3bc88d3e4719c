// Reads lines in the form that they had before there was more than one source: those of older exports, and of an older
// ledger of which only some rows can be read.

import type { DatabaseSync } from 'node:sqlite';
import { type Row, readText } from '../sqlite/rows.ts';

/** The source whose feeds stood there by their name alone; those of others had their source before it. */
const unnamedSource = 'management-activity';

const kinds: Readonly<Record<string, string>> = { fact: 'checkpoint', blob: 'item' };
const columns: Readonly<Record<string, string>> = { content_id: 'id', content_uri: 'data' };

const renamed = (names: Readonly<Record<string, string>>, name: string) => names[name] ?? name;

/** A line as it is written now; one that is already comes back as it is. */
export function renewLine(row: Row): Row {
  const renewed = nameSource(row);
  return renewed.kind === 'item' ? { filtered: 0, ...renewed } : renewed;
}

function nameSource(row: Row): Row {
  if (!('content_type' in row)) return row;
  const { kind, tenant, content_type: _, ...cells } = row;
  const column = readText(row, 'content_type');
  const end = column.indexOf('/');
  const feed = column.slice(end + 1);
  return {
    kind: typeof kind === 'string' ? renamed(kinds, kind) : (kind ?? null),
    // Facts of a tenant as a whole had no content type.
    type: feed === '' ? 'stream' : 'feed',
    tenant: tenant ?? null,
    source: end < 0 ? unnamedSource : column.slice(0, end),
    feed,
    ...Object.fromEntries(Object.entries(cells).map(([name, cell]) => [renamed(columns, name), cell])),
  };
}

/** The numbers that a header announces, by the kinds of today. */
export function renewCounts(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([kind, count]) => [renamed(kinds, kind), count]));
}

const oldTables = {
  fact: 'SELECT tenant, content_type, name, value FROM fact JOIN scope USING (scope)',
  gap: 'SELECT tenant, content_type, starts, ends, reason FROM gap JOIN scope USING (scope)',
} as const;

/** Throws where the ledger is not an old one. */
export function* exportOldTable(database: DatabaseSync, kind: keyof typeof oldTables): Iterable<string> {
  for (const row of database.prepare(oldTables[kind]).iterate()) yield JSON.stringify({ kind, ...row });
}
