// What happened to each content type since it was last asked: counts that add up over intervals, the greatest lag.
// It hears what the status board hears, and forgets what it has told.

import { redact } from '../contract/errors.ts';
import type { Scope } from '../contract/scope.ts';
import type { Counter, CredentialEnd, ScopeReport, Telemetry } from '../contract/telemetry.ts';

export interface Interval {
  readonly counts: ReadonlyMap<Counter, number>;
  /** Milliseconds; undefined when nothing was delivered. */
  readonly lagMs: number | undefined;
  readonly deliveryLagMs: number | undefined;
}

interface Entry {
  readonly scope: Scope;
  counts: Map<Counter, number>;
  lagMs: number | undefined;
  deliveryLagMs: number | undefined;
  /** CreationTime of the newest record delivered, in milliseconds since the epoch. */
  newest: number | undefined;
  report: ScopeReport | undefined;
}

export class CompletenessTally implements Telemetry {
  private readonly now: () => number;
  private readonly known: Telemetry['reportOf'];
  private readonly entries = new Map<string, Entry>();
  private readonly credentials = new Map<string, CredentialEnd>();

  /** `known` remembers habits over restarts, where somebody does: then a silence can be told from a slow day. */
  constructor(now: () => number, known?: Telemetry['reportOf']) {
    this.now = now;
    this.known = known;
  }

  report(scope: Scope, report: ScopeReport): void {
    this.entry(scope).report = { ...report, message: redact(report.message) };
  }

  count(scope: Scope, counter: Counter, by = 1): void {
    const { counts } = this.entry(scope);
    counts.set(counter, (counts.get(counter) ?? 0) + by);
  }

  lag(scope: Scope, creation: number | undefined, content: number, backfill = false): void {
    const entry = this.entry(scope);
    if (!backfill) {
      entry.deliveryLagMs = greatest(entry.deliveryLagMs, content);
      entry.lagMs = greatest(entry.lagMs, creation);
    }
    if (creation !== undefined) entry.newest = Math.max(entry.newest ?? 0, this.now() - creation);
  }

  credential(tenantId: string, credential: CredentialEnd): void {
    this.credentials.set(tenantId, credential);
  }

  credentialOf({ tenantId }: Scope): CredentialEnd | undefined {
    return this.credentials.get(tenantId);
  }

  /** Since the last call, or the start. */
  take(scope: Scope): Interval {
    const entry = this.entry(scope);
    const { counts, lagMs, deliveryLagMs } = entry;
    entry.counts = new Map();
    entry.lagMs = undefined;
    entry.deliveryLagMs = undefined;
    return { counts, lagMs, deliveryLagMs };
  }

  /** Puts back what could not be told, to be told with the next interval. */
  putBack(scope: Scope, { counts, lagMs, deliveryLagMs }: Interval): void {
    for (const [counter, by] of counts) this.count(scope, counter, by);
    const entry = this.entry(scope);
    entry.lagMs = greatest(entry.lagMs, lagMs);
    entry.deliveryLagMs = greatest(entry.deliveryLagMs, deliveryLagMs);
  }

  /** Every content type that was heard of. */
  scopes(): readonly Scope[] {
    return [...this.entries.values()]
      .map(({ scope }) => scope)
      .filter(({ contentType }) => contentType !== '');
  }

  newestRecord(scope: Scope): number | undefined {
    return this.entry(scope).newest;
  }

  /** What the content type says of itself, or the tenant of all of them where it says something worse. */
  health({ tenantId, contentType }: Scope): ScopeReport | undefined {
    const own = this.reportOf({ tenantId, contentType });
    const tenant = this.reportOf({ tenantId, contentType: '' });
    return tenant?.health === 'failed' && own?.health !== 'failed' ? tenant : (own ?? tenant);
  }

  reportOf(scope: Scope): ScopeReport | undefined {
    return this.known?.(scope) ?? this.entries.get(keyOf(scope))?.report;
  }

  private entry(scope: Scope): Entry {
    const key = keyOf(scope);
    const known = this.entries.get(key);
    if (known) return known;
    const entry: Entry = {
      scope: { tenantId: scope.tenantId, contentType: scope.contentType },
      counts: new Map(),
      lagMs: undefined,
      deliveryLagMs: undefined,
      newest: undefined,
      report: undefined,
    };
    this.entries.set(key, entry);
    return entry;
  }
}

const keyOf = ({ tenantId, contentType }: Scope): string => `${tenantId} ${contentType}`;

function greatest(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.max(left, right);
}

/** One telemetry for two listeners. */
export function listenAlso(telemetry: Telemetry, listener: Telemetry): Telemetry {
  return {
    report(scope, report) {
      telemetry.report(scope, report);
      listener.report(scope, report);
    },
    count(scope, counter, by) {
      telemetry.count(scope, counter, by);
      listener.count(scope, counter, by);
    },
    lag(scope, creation, content, backfill) {
      telemetry.lag(scope, creation, content, backfill);
      listener.lag(scope, creation, content, backfill);
    },
    credential(tenantId, credential) {
      telemetry.credential?.(tenantId, credential);
      listener.credential?.(tenantId, credential);
    },
    notice: (scope, report) => telemetry.notice?.(scope, report) ?? false,
    watchInFlight: (read) => telemetry.watchInFlight?.(read),
    reportOf: (scope) => telemetry.reportOf?.(scope),
  };
}
