// A row for every content blob that Microsoft listed, from the listing to its end.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { BatchCounts } from '../../contract/batch-counts.ts';
import type { Feed } from '../../contract/feed.ts';
import type { BlobState, LedgerBlob, ListedBlob } from '../../contract/state.ts';
import type { Scopes } from './scopes.ts';
import { DamagedRowError, type Row, readInteger, readOptionalText, readText } from './scopes.ts';
import { rememberedSeconds } from './seen-ids.ts';

const blobStates: readonly BlobState[] = ['listed', 'fetching', 'acknowledged', 'expired', 'poisoned'];

const open = `state IN ('listed', 'fetching')`;

export interface ListingMark {
  readonly late: boolean;
  readonly backfill: boolean;
  readonly listedAt: number;
}

/** Everything that writes expects a transaction of the caller's. */
export class ContentBlobs {
  readonly #scopes: Scopes;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: DatabaseSync, scopes: Scopes) {
    this.#scopes = scopes;
    this.#statements = prepareStatements(database);
  }

  list(scope: Feed, blobs: readonly ListedBlob[], mark: ListingMark): ListedBlob[] {
    const number = this.#scopes.findOrAdd(scope);
    return blobs.filter((blob) => {
      const added = this.#statements.add.run(
        number,
        blob.contentId,
        blob.contentUri,
        blob.contentCreated,
        blob.contentExpiration,
        readTime(blob.contentCreated, mark.listedAt),
        mark.listedAt,
        Number(mark.late),
        Number(mark.backfill),
      );
      return Number(added.changes) > 0;
    });
  }

  /** True when blobs wait whose next attempt is due by now: `makeReady` them before `ready` is asked. */
  hasDue(scope: Feed, now: number): boolean {
    const next = this.nextDueAt(scope);
    return next !== undefined && next <= now;
  }

  makeReady(scope: Feed, now: number): void {
    this.#statements.makeReady.run(this.#number(scope), now);
  }

  /** What was made from `freshFrom` on comes first, oldest first; then the rest, newest first. */
  ready(scope: Feed, limit: number, except: ReadonlySet<string>, freshFrom: number): LedgerBlob[] {
    const found: LedgerBlob[] = [];
    if (limit <= 0) return found;
    const { fresh, older } = this.#statements;
    for (const statement of [fresh, older]) {
      for (const row of statement.iterate(this.#number(scope), freshFrom)) {
        if (except.has(readText(row, 'content_id'))) continue;
        found.push(readBlob(scope, row));
        if (found.length === limit) return found;
      }
    }
    return found;
  }

  nextDueAt(scope: Feed): number | undefined {
    const row = this.#statements.nextDue.get(this.#number(scope));
    return typeof row?.next === 'number' ? row.next : undefined;
  }

  begin(scope: Feed, contentId: string): void {
    this.#statements.begin.run(this.#number(scope), contentId);
  }

  acknowledge(scope: Feed, contentId: string, counts: BatchCounts, at: number): void {
    const { delivered, duplicate, there = 0, deadLettered } = counts;
    const here = { present: delivered + there, total: delivered + duplicate, deadLettered, at };
    this.#statements.acknowledge.run({ ...here, scope: this.#number(scope), contentId });
  }

  retryLater(scope: Feed, contentId: string, nextAttemptAt: number, reason: string): void {
    this.#statements.retryLater.run(Math.max(1, nextAttemptAt), reason, this.#number(scope), contentId);
  }

  giveUp(scope: Feed, contentId: string, state: BlobState, reason: string, at: number): void {
    this.#statements.giveUp.run(state, reason, at, this.#number(scope), contentId);
  }

  reset(scope: Feed, contentId: string): boolean {
    return Number(this.#statements.reset.run(this.#number(scope), contentId).changes) > 0;
  }

  noteReplayed(scope: Feed, contentId: string, { delivered, duplicate }: BatchCounts): void {
    const number = this.#number(scope);
    this.#statements.noteReplayed.run(delivered, duplicate, delivered + duplicate, number, contentId);
  }

  *between(scope: Feed, from: string, to: string): Iterable<LedgerBlob> {
    const number = this.#number(scope);
    let after = { time: Date.parse(from), blob: 0 };
    for (;;) {
      // In pages, so that no read transaction stays open while the caller takes its time.
      const page = this.#statements.between.all(number, after.time, after.blob, Date.parse(to));
      for (const row of page) {
        yield readBlob(scope, row);
        after = { time: readInteger(row, 'created_ms'), blob: readInteger(row, 'blob') };
      }
      if (page.length === 0) return;
    }
  }

  countByState(scope: Feed): Record<BlobState, number> {
    const counts = { listed: 0, fetching: 0, acknowledged: 0, expired: 0, poisoned: 0 };
    for (const row of this.#statements.count.all(this.#number(scope))) {
      counts[readState(row.state)] = readInteger(row, 'blobs');
    }
    return counts;
  }

  /** Drops up to `most` blobs that ended and are older than what is remembered; true while more is left. */
  prune(now: number, most: number): boolean {
    const dropped = this.#statements.prune.run(now - rememberedSeconds * 1000, most);
    return Number(dropped.changes) === most;
  }

  #number(scope: Feed): number {
    return this.#scopes.find(scope) ?? 0;
  }
}

function prepareStatements(database: DatabaseSync): Record<StatementName, StatementSync> {
  const one = 'WHERE scope = ? AND content_id = ?';
  const ready = `SELECT * FROM blob INDEXED BY blob_ready WHERE scope = ? AND ${open} AND next_attempt_at = 0`;
  return {
    add: database.prepare(
      `INSERT OR IGNORE INTO blob
        (scope, content_id, content_uri, created, expires, created_ms, state, listed_at, late, backfill)
        VALUES (?, ?, ?, ?, ?, ?, 'listed', ?, ?, ?)`,
    ),
    makeReady: database.prepare(
      `UPDATE blob INDEXED BY blob_waiting SET next_attempt_at = 0
        WHERE scope = ? AND ${open} AND next_attempt_at > 0 AND next_attempt_at <= ?`,
    ),
    fresh: database.prepare(`${ready} AND created_ms >= ? ORDER BY created_ms`),
    older: database.prepare(`${ready} AND created_ms < ? ORDER BY created_ms DESC`),
    nextDue: database.prepare(
      `SELECT min(next_attempt_at) AS next FROM blob INDEXED BY blob_waiting
        WHERE scope = ? AND ${open} AND next_attempt_at > 0`,
    ),
    begin: database.prepare(`UPDATE blob SET state = 'fetching', uncertain = 1 ${one} AND ${open}`),
    acknowledge: database.prepare(
      `UPDATE blob SET state = 'acknowledged', reason = NULL, uncertain = 0, next_attempt_at = 0,
        delivered = max(delivered, $present), duplicate = max(0, $total - max(delivered, $present)),
        dead_lettered = $deadLettered, ended_at = $at WHERE scope = $scope AND content_id = $contentId`,
    ),
    retryLater: database.prepare(
      `UPDATE blob SET attempts = attempts + 1, state = 'listed', next_attempt_at = ?, reason = ?
        ${one} AND ${open}`,
    ),
    giveUp: database.prepare(
      `UPDATE blob SET state = ?, reason = ?, ended_at = ?, next_attempt_at = 0 ${one} AND ${open}`,
    ),
    reset: database.prepare(
      `UPDATE blob SET state = 'listed', reason = NULL, next_attempt_at = 0, attempts = 0, ended_at = NULL
        ${one}`,
    ),
    noteReplayed: database.prepare(
      `UPDATE blob SET delivered = delivered + ?, duplicate = duplicate + ?,
        dead_lettered = max(0, dead_lettered - ?) ${one}`,
    ),
    between: database.prepare(
      `SELECT * FROM blob INDEXED BY blob_by_time WHERE scope = ? AND (created_ms, blob) > (?, ?) AND created_ms < ?
        ORDER BY created_ms, blob LIMIT 500`,
    ),
    count: database.prepare('SELECT state, count(*) AS blobs FROM blob WHERE scope = ? GROUP BY state'),
    prune: database.prepare(
      `DELETE FROM blob WHERE blob IN (SELECT blob FROM blob INDEXED BY blob_ended WHERE state NOT IN ('listed', 'fetching') AND created_ms < ? LIMIT ?)`,
    ),
  };
}

type StatementName =
  | 'add'
  | 'makeReady'
  | 'fresh'
  | 'older'
  | 'nextDue'
  | 'begin'
  | 'acknowledge'
  | 'retryLater'
  | 'giveUp'
  | 'reset'
  | 'noteReplayed'
  | 'between'
  | 'count'
  | 'prune';

function readBlob(scope: Feed, row: Row): LedgerBlob {
  return {
    ...scope,
    contentId: readText(row, 'content_id'),
    contentUri: readText(row, 'content_uri'),
    contentCreated: readText(row, 'created'),
    contentExpiration: readText(row, 'expires'),
    state: readState(row.state),
    listedAt: writeTime(readInteger(row, 'listed_at')),
    attempts: readInteger(row, 'attempts'),
    nextAttemptAt: readInteger(row, 'next_attempt_at'),
    reason: readOptionalText(row, 'reason'),
    late: readInteger(row, 'late') === 1,
    backfill: readInteger(row, 'backfill') === 1,
    uncertain: readInteger(row, 'uncertain') === 1,
    delivered: readInteger(row, 'delivered'),
    duplicate: readInteger(row, 'duplicate'),
    deadLettered: readInteger(row, 'dead_lettered'),
  };
}

export function readState(value: SQLOutputValue | undefined): BlobState {
  const state = blobStates.find((known) => known === value);
  if (!state) throw new DamagedRowError(`a blob is in the unknown state ${String(value)}`);
  return state;
}

function writeTime(ms: number): string {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) throw new DamagedRowError(`${ms} is no time`);
  return time.toISOString();
}

function readTime(time: string, otherwise: number): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? otherwise : ms;
}
