// The table of gaps: stretches of time of a feed whose content is known to be lost.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Feed } from '../../contract/feed.ts';
import type { Gap } from '../../contract/state.ts';
import { readText } from './rows.ts';

/** A gap without its feed. */
type Stretch = Omit<Gap, keyof Feed>;

export class GapRows {
  readonly #add: StatementSync;
  readonly #between: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare(
      'INSERT OR IGNORE INTO gap (component, starts, ends, reason) VALUES (?, ?, ?, ?)',
    );
    this.#between = database.prepare(
      'SELECT starts, ends, reason FROM gap WHERE component = ? AND ends > ? AND starts < ? ORDER BY starts',
    );
  }

  /** Within a transaction of the caller's. */
  add(component: number, { from, to, reason }: Stretch): void {
    this.#add.run(component, normalizeTime(from), normalizeTime(to), reason);
  }

  /** Gaps that touch the half-open window. */
  between(component: number, from: string, to: string): Stretch[] {
    return this.#between.all(component, normalizeTime(from), normalizeTime(to)).map((row) => ({
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
