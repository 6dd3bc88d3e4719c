// What an operator sees: for every tenant and content type its health, why, since when, and what was counted. Held in
// memory; the status file, the status page, the progress table and the metrics are all views of it.

import type { Clock } from '../contract/clock.ts';
import { redact } from '../contract/errors.ts';
import type { Scope } from '../contract/scope.ts';
import type { Counter, Health, ScopeReport, Telemetry } from '../contract/telemetry.ts';
import { describeQuiet, type QuietHistory, QuietWatch } from './quiet.ts';

export interface ScopeStatus {
  readonly tenant_id: string;
  /** Absent for what concerns the tenant as a whole. */
  readonly content_type?: string;
  readonly health: Health;
  readonly message: string;
  readonly code?: string;
  /** When this health began. */
  readonly since: string;
  /** When it was last healthy, or a content blob was last acknowledged. */
  readonly last_success?: string;
  /** When a record was last delivered. */
  readonly last_event?: string;
  readonly lag?: { readonly from_creation_time_ms?: number; readonly from_content_created_ms: number };
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  readonly arrivals?: QuietHistory;
}

export interface Status {
  readonly version: string;
  readonly pid: number;
  readonly started: string;
  readonly updated: string;
  /** The worst of all scopes. */
  readonly health: Health;
  readonly in_flight_bytes: number;
  readonly scopes: readonly ScopeStatus[];
  /** Of all runs on the same ledger. */
  readonly totals?: Totals;
  /** Habits of content types that this process has heard nothing of, for the next one. */
  readonly remembered?: readonly Habits[];
}

export interface Totals {
  /** Which ledger it is: a new one begins at 0. */
  readonly ledger: string;
  readonly since: string;
  readonly scopes: readonly ScopeTotals[];
}

export type ScopeTotals = Pick<ScopeStatus, 'tenant_id' | 'content_type' | 'counters'>;

/** What is added up over runs. */
const summed: readonly Counter[] = [
  'blobs_listed',
  'blobs_fetched',
  'blobs_lost',
  'records_delivered',
  'records_duplicate',
];

/** How often content arrives, as an earlier process learnt it. */
export type Habits = Pick<ScopeStatus, 'tenant_id' | 'content_type' | 'arrivals' | 'last_event'>;

interface Entry {
  readonly scope: Scope;
  report: ScopeReport;
  since: number;
  notice: { readonly report: ScopeReport; readonly since: number; readonly until: number } | undefined;
  lastSuccess: number | undefined;
  lastEvent: number | undefined;
  lag: { creation: number | undefined; content: number } | undefined;
  readonly counters: Map<Counter, number>;
  readonly quiet: QuietWatch;
}

const noticeShownMs = 3_600_000;
/** As long as a history of arrivals reaches back. */
const habitsKeptMs = 14 * 24 * 3_600_000;

/** Worst last. */
export const severity: readonly Health[] = [
  'stopped',
  'healthy',
  'waiting',
  'starting',
  'degraded',
  'failed',
];

export class StatusBoard implements Telemetry {
  private readonly clock: Clock;
  private readonly version: string;
  private readonly started: number;
  private readonly entries = new Map<string, Entry>();
  /** Of scopes that were not heard of yet: one that is no longer collected must not stand there for ever. */
  private readonly remembered = new Map<string, Habits>();
  private readInFlight: () => number = () => 0;
  /** As an earlier process left them. */
  private leftTotals: Totals | undefined;
  private ledger: { readonly id: string; readonly since: string } | undefined;
  /** What to add to the counters of this process. */
  private readonly before = new Map<string, ScopeTotals>();

  constructor({ clock, version }: { clock: Clock; version: string }) {
    this.clock = clock;
    this.version = version;
    this.started = clock.now();
  }

  report(scope: Scope, report: ScopeReport): void {
    const entry = this.entry(scope);
    const now = this.clock.now();
    if (entry.report.health !== report.health || entry.report.code !== report.code) entry.since = now;
    if (report.health === 'healthy') entry.lastSuccess = now;
    entry.report = { ...report, message: redact(report.message) };
  }

  notice(scope: Scope, report: ScopeReport): boolean {
    const entry = this.entry(scope);
    const now = this.clock.now();
    const shown = entry.notice && entry.notice.until > now ? entry.notice : undefined;
    const isNew = shown?.report.code !== report.code;
    const since = shown && !isNew ? shown.since : now;
    entry.notice = {
      report: { ...report, message: redact(report.message) },
      since,
      until: now + noticeShownMs,
    };
    return isNew;
  }

  count(scope: Scope, counter: Counter, by = 1): void {
    const entry = this.entry(scope);
    entry.counters.set(counter, (entry.counters.get(counter) ?? 0) + by);
    if (by === 0) return;
    if (counter === 'blobs_acknowledged') entry.lastSuccess = this.clock.now();
    if (counter !== 'records_delivered') return;
    entry.lastEvent = this.clock.now();
    entry.quiet.arrived(entry.lastEvent);
  }

  lag(scope: Scope, creation: number | undefined, content: number): void {
    const entry = this.entry(scope);
    entry.lag = { creation: creation ?? entry.lag?.creation, content };
  }

  watchInFlight(read: () => number): void {
    this.readInFlight = read;
  }

  get inFlightBytes(): number {
    return this.readInFlight();
  }

  /** From here on it is counted what this ledger has seen: on from where an earlier process left it, or from 0. */
  ledgerOpened(id: string): void {
    const left = this.leftTotals?.ledger === id ? this.leftTotals : undefined;
    this.leftTotals = undefined;
    if (this.ledger?.id === id) return;
    this.ledger = { id, since: left?.since ?? iso(this.clock.now()) };
    this.before.clear();
    for (const [key, { scope, counters }] of this.entries)
      this.before.set(
        key,
        totalsOf(scope, (name) => -(counters.get(name) ?? 0)),
      );
    for (const each of left?.scopes ?? [])
      this.before.set(keyOf({ tenantId: each.tenant_id, contentType: each.content_type ?? '' }), each);
  }

  /**
   * Takes over what an earlier process learnt of how often content arrives, and what it counted. Call before anything
   * is reported.
   */
  restore(previous: readonly (Habits | ScopeStatus)[], totals?: Totals): void {
    this.leftTotals = totals;
    for (const { tenant_id, content_type, arrivals, last_event } of previous) {
      // An output or the ledger has no tenant, and no habits either.
      if (content_type === undefined || tenant_id === '' || arrivals === undefined) continue;
      const age = this.clock.now() - timeOf(last_event, this.clock.now());
      if (age > habitsKeptMs) continue;
      const key = keyOf({ tenantId: tenant_id, contentType: content_type });
      this.remembered.set(key, { tenant_id, content_type, arrivals, ...(last_event && { last_event }) });
    }
  }

  reportOf({ tenantId, contentType }: Scope): ScopeReport | undefined {
    const entry = this.entries.get(keyOf({ tenantId, contentType }));
    return entry && this.withQuiet(entry);
  }

  snapshot(): Status {
    const scopes = [...this.entries.values()].map((entry) => this.show(entry));
    return {
      version: this.version,
      pid: process.pid,
      started: iso(this.started),
      updated: iso(this.clock.now()),
      health: worst(scopes.map(({ health }) => health)),
      in_flight_bytes: this.inFlightBytes,
      scopes: scopes.toSorted(byName),
      ...withTotals(this.ledger ? this.addUp(this.ledger) : this.leftTotals),
      ...(this.remembered.size > 0 && { remembered: [...this.remembered.values()].toSorted(byName) }),
    };
  }

  private addUp({ id, since }: { readonly id: string; readonly since: string }): Totals {
    const own = [...this.entries].map(([key, { scope, counters }]) => {
      const before = this.before.get(key)?.counters ?? {};
      return totalsOf(scope, (name) => (before[name] ?? 0) + (counters.get(name) ?? 0));
    });
    const others = [...this.before].flatMap(([key, each]) => (this.entries.has(key) ? [] : [each]));
    const scopes = [...own, ...others].filter(({ counters }) => Object.keys(counters).length > 0);
    return { ledger: id, since, scopes: scopes.toSorted(byName) };
  }

  private entry(scope: Scope): Entry {
    const key = keyOf(scope);
    const known = this.entries.get(key);
    if (known) return known;
    const now = this.clock.now();
    const entry: Entry = {
      scope: { tenantId: scope.tenantId, contentType: scope.contentType },
      report: { health: 'starting', message: 'not asked yet' },
      since: now,
      notice: undefined,
      lastSuccess: undefined,
      lastEvent: timeOf(this.remembered.get(key)?.last_event, undefined),
      lag: undefined,
      counters: new Map(),
      quiet: new QuietWatch(now),
    };
    this.entries.set(key, entry);
    this.recall(key, entry);
    return entry;
  }

  private recall(key: string, { quiet }: Entry): void {
    const habits = this.remembered.get(key);
    if (!habits?.arrivals) return;
    quiet.restore(habits.arrivals);
    this.remembered.delete(key);
  }

  private show(entry: Entry): ScopeStatus {
    const { scope, lastSuccess, lastEvent, lag, counters, quiet } = entry;
    const { report, since } = this.withNotice(entry);
    return {
      tenant_id: scope.tenantId,
      ...(scope.contentType && { content_type: scope.contentType }),
      health: report.health,
      message: report.message,
      ...(report.code !== undefined && { code: report.code }),
      since: iso(since),
      ...(lastSuccess !== undefined && { last_success: iso(lastSuccess) }),
      ...(lastEvent !== undefined && { last_event: iso(lastEvent) }),
      ...(lag && {
        lag: {
          ...(lag.creation !== undefined && { from_creation_time_ms: lag.creation }),
          from_content_created_ms: lag.content,
        },
      }),
      counters: Object.fromEntries(counters),
      ...(scope.tenantId && scope.contentType && { arrivals: quiet.history() }),
    };
  }

  private withNotice(entry: Entry): { readonly report: ScopeReport; readonly since: number } {
    const { notice, since } = entry;
    const report = this.withQuiet(entry);
    return report.health === 'healthy' && notice && notice.until > this.clock.now()
      ? notice
      : { report, since };
  }

  /** Nothing fails, and yet nothing comes: only the content type's own history can tell. */
  private withQuiet({ report, quiet }: Entry): ScopeReport {
    const silence = report.health === 'healthy' ? quiet.alarm(this.clock.now()) : undefined;
    return silence ? describeQuiet(silence) : report;
  }
}

/** Before the ledger is open they stand as they were left: a process that ends by then must not take them along. */
const withTotals = (totals: Totals | undefined) => (totals === undefined ? {} : { totals });

function totalsOf({ tenantId, contentType }: Scope, read: (name: Counter) => number): ScopeTotals {
  const counters = summed.flatMap((name) => (read(name) === 0 ? [] : [[name, read(name)]]));
  return {
    tenant_id: tenantId,
    ...(contentType && { content_type: contentType }),
    counters: Object.fromEntries(counters),
  };
}

const keyOf = ({ tenantId, contentType }: Scope): string => `${tenantId} ${contentType}`;

function worst(healths: readonly Health[]): Health {
  const ranks = healths.map((health) => severity.indexOf(health));
  return severity[Math.max(...ranks)] ?? 'starting';
}

/** Of an ISO time; `otherwise` where there is none. */
function timeOf<T>(text: string | undefined, otherwise: T): number | T {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? otherwise : time;
}

type ScopeName = Pick<ScopeStatus, 'tenant_id' | 'content_type'>;

function byName(a: ScopeName, b: ScopeName): number {
  return a.tenant_id.localeCompare(b.tenant_id) || (a.content_type ?? '').localeCompare(b.content_type ?? '');
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
