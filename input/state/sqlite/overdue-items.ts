// Finds the open items that wait for longer than they should. It is asked once a minute for each feed, and reads only the
// indexes of what is open, up to a bound.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Overdue } from '../../contract/state.ts';
import { open } from './item-statements.ts';
import { type Row, readInteger, readOptionalText } from './rows.ts';

/** More are not counted: a backlog may hold a million, and nothing else goes on meanwhile. */
const mostCounted = 1000;

/** One that was found late could not be had when it was made. */
const available = 'iif(late = 1, listed_at, created_ms)';
const made = `created_ms >= ? AND created_ms < ? AND backfill = 0 AND ${available} < ?`;
const columns = `${available} AS since, reason`;

export class OverdueItems {
  /** Of those that are ready, and of those whose next attempt is still to come. */
  readonly #parts: readonly StatementSync[];

  constructor(database: DatabaseSync) {
    this.#parts = [
      `SELECT ${columns} FROM item INDEXED BY item_ready
        WHERE component = ? AND ${open} AND next_attempt_at = 0 AND ${made} ORDER BY created_ms`,
      `SELECT ${columns} FROM item INDEXED BY item_waiting
        WHERE component = ? AND ${open} AND next_attempt_at > 0 AND ${made}`,
    ].map((found) =>
      // Beside min(), SQLite gives the columns of the row that has the least.
      database.prepare(
        `SELECT count(*) AS items, min(since) AS since, reason FROM (${found} LIMIT ${mostCounted})`,
      ),
    );
  }

  find(
    component: number,
    { madeSince, before }: { readonly madeSince: number; readonly before: number },
  ): Overdue | undefined {
    return this.#parts
      .map((part) => readOverdue(part.get(component, madeSince, before, before)))
      .reduce(join);
  }
}

function readOverdue(row: Row | undefined): Overdue | undefined {
  if (typeof row?.since !== 'number') return undefined;
  const items = readInteger(row, 'items');
  return { items, isMore: items >= mostCounted, since: row.since, reason: readOptionalText(row, 'reason') };
}

function join(one: Overdue | undefined, other: Overdue | undefined): Overdue | undefined {
  if (!one || !other) return one ?? other;
  const first = one.since <= other.since ? one : other;
  return { ...first, items: one.items + other.items, isMore: one.isMore || other.isMore };
}
