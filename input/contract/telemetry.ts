// What the running parts tell about themselves, whoever listens: how each tenant and content type is doing, counters
// and lags. The status board and the metrics, which listen, live beside this file.

import type { Scope } from './scope.ts';

export type Health = 'starting' | 'waiting' | 'healthy' | 'degraded' | 'failed' | 'stopped';

/** What an operator sees for one tenant × content type (or, with an empty content type, for the tenant). */
export interface ScopeReport {
  readonly health: Health;
  /** One line: what is wrong, and what to do about it; or what is being waited for, since when. */
  readonly message: string;
  /** AF…, AADSTS…, or a name of ours. */
  readonly code?: string | undefined;
}

/** What a tenant is signed in to with, and when that ends. */
export interface CredentialEnd {
  readonly kind: 'secret' | 'certificate';
  /** Milliseconds since the epoch; undefined where nobody here knows. */
  readonly endsAt: number | undefined;
}

/** Counters that only grow, by scope. */
export type Counter =
  | 'requests'
  | 'throttled'
  | 'request_errors'
  | 'blobs_listed'
  | 'blobs_late'
  | 'blobs_fetched'
  | 'blobs_acknowledged'
  | 'blobs_lost'
  | 'blobs_retried'
  | 'blobs_left'
  | 'records_fetched'
  | 'records_delivered'
  | 'records_duplicate'
  | 'records_possibly_duplicate'
  | 'records_dead_lettered'
  | 'bytes_fetched'
  | 'gaps'
  | 'unknown_record_types'
  | 'stream_restarts';

export interface Telemetry {
  report(scope: Scope, report: ScopeReport): void;
  /**
   * Something seen in passing, of which nobody will see the end: shown for an hour from the last time, while nothing
   * else is wrong. True when it was not shown already.
   */
  notice?(scope: Scope, report: ScopeReport): boolean;
  count(scope: Scope, counter: Counter, by?: number): void;
  /**
   * Lag of the newest record just acknowledged, in milliseconds. That of backfill says how old the history is, and
   * nothing of how far behind the collector is.
   */
  lag(
    scope: Scope,
    fromCreationTimeMs: number | undefined,
    fromContentCreatedMs: number,
    backfill?: boolean,
  ): void;
  /** Told again and again, as the credential may be changed while it is in use. */
  credential?(tenantId: string, credential: CredentialEnd): void;
  /** Gives a way to read the bytes in flight; called once, by whoever owns the ByteBudget. */
  watchInFlight?(read: () => number): void;
  /** Told by whoever opened the ledger: what is added up over runs is added up for a ledger. */
  ledgerOpened?(id: string): void;
  /** The last report of a scope, or what its habits say against it; undefined where it was never heard of. */
  reportOf?(scope: Scope): ScopeReport | undefined;
}
