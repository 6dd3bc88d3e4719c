// The telemetry that the running parts report to: the health of each component, counters and lags. Any number of
// listeners may receive it.

import type { Component } from './component.ts';
import type { Feed } from './feed.ts';

/** The states of health, from the best to the worst. */
export const severity = ['stopped', 'healthy', 'waiting', 'starting', 'degraded', 'failed'] as const;

export type Health = (typeof severity)[number];

/** `starting` where there is none. */
export function worstHealth(healths: readonly Health[]): Health {
  return severity[Math.max(...healths.map((health) => severity.indexOf(health)))] ?? 'starting';
}

/** The state of one component as an operator sees it. */
export interface Report {
  readonly health: Health;
  /** One line: what is wrong, and what to do about it; or what is being waited for, since when. */
  readonly message: string;
  /** AF…, AADSTS…, or a name of ours. */
  readonly code?: string | undefined;
  /** Whether it stays as it is until a person acts; undefined where nobody here can tell. */
  readonly needsOperator?: boolean | undefined;
}

/** Returns the first of the worst; undefined where there is none. */
export function worstReport<Kind extends Report>(reports: Iterable<Kind>): Kind | undefined {
  let worst: Kind | undefined;
  for (const report of reports)
    if (!worst || severity.indexOf(report.health) > severity.indexOf(worst.health)) worst = report;
  return worst;
}

/** The credential that a tenant is signed in with, and the time at which it ends. */
export interface CredentialEnd {
  readonly kind: 'secret' | 'certificate';
  /** Milliseconds since the epoch; undefined where nobody here knows. */
  readonly endsAt: number | undefined;
}

/** Counters that only grow, for each component. An item is a unit of work of a source, such as a content blob. */
export type Counter =
  | 'requests'
  | 'throttled'
  | 'request_errors'
  | 'items_listed'
  | 'items_late'
  | 'items_fetched'
  | 'items_acknowledged'
  | 'items_lost'
  | 'items_retried'
  | 'items_left'
  | 'records_fetched'
  | 'records_delivered'
  | 'records_duplicate'
  | 'records_possibly_duplicate'
  | 'records_dead_lettered'
  | 'records_filtered'
  | 'bytes_fetched'
  | 'gaps'
  | 'unknown_record_types'
  | 'stream_restarts';

/** One request, as it is shown to an operator. */
export interface Exchange {
  /** The time at which it was sent. */
  readonly time: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** The parameters that are no secret. */
  readonly query?: Readonly<Record<string, string>>;
  /** HTTP status; undefined where no answer came. */
  readonly status?: number;
  /** The code of the failure, where it is none of HTTP's. */
  readonly error?: string;
  /** Until the head of the answer had come. */
  readonly duration_ms: number;
  /** The name that the server gave to the request, by which Microsoft's support finds it. */
  readonly request_id?: string;
  readonly feed?: string;
}

export interface Telemetry {
  report(component: Component, report: Report): void;
  /**
   * Something seen in passing, of which nobody will see the end: shown for an hour from the last time, while nothing
   * else is wrong. True when it was not shown already.
   */
  showNotice?(component: Component, report: Report): boolean;
  count(component: Component, counter: Counter, by?: number): void;
  /**
   * Lag of the newest record just acknowledged, in milliseconds. That of backfill says how old the history is, and
   * nothing of how far behind the collector is.
   */
  lag(
    feed: Feed,
    fromCreationTimeMs: number | undefined,
    fromContentCreatedMs: number,
    backfill?: boolean,
  ): void;
  /** It is reported again and again, as the credential may be changed while it is in use. */
  credential?(tenantId: string, credential: CredentialEnd): void;
  /** A request to Microsoft has ended; nothing in it is secret. */
  exchanged?(exchange: Exchange): void;
  /** Gives a way to read the bytes in flight; called once, by whoever owns the ByteBudget. */
  watchInFlight?(read: () => number): void;
  /** Whoever opened the ledger reports it: totals over runs are those of a ledger. */
  ledgerOpened?(id: string): void;
  /** The last report of a component, or what its habits say against it; undefined where it was never heard of. */
  reportOf?(component: Component): Report | undefined;
}
