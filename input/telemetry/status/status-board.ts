// The status board holds what an operator sees of every component: its health, the reason, since when, and the
// counters. It is held in memory; the status file, the status page, the progress table and the metrics are all views of
// it.

import type { Clock } from '../../contract/clock.ts';
import { type Component, isFeed, keyOf } from '../../contract/component.ts';
import { redact } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import {
  type Counter,
  type Health,
  type Report,
  type Telemetry,
  worstHealth,
} from '../../contract/telemetry.ts';
import { dayMs, hourMs, isoTime } from '../../contract/time.ts';
import { type ComponentName, componentOf, nameOf, sortByName } from './component-name.ts';
import { RunningTotals, type StatusTotals, type StatusTotalsInPieces } from './running-totals.ts';
import { type ArrivalHistory, describeSilence, SilenceDetector } from './silence-detector.ts';

export interface ComponentStatus extends ComponentName {
  readonly health: Health;
  readonly message: string;
  readonly code?: string;
  /** The time at which this health began. */
  readonly since: string;
  /** The time at which it was last healthy, or an item was last acknowledged. */
  readonly last_success?: string;
  /** The time at which a record was last delivered. */
  readonly last_event?: string;
  readonly lag?: { readonly from_creation_time_ms?: number; readonly from_content_created_ms: number };
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  readonly arrivals?: ArrivalHistory;
}

export interface Status {
  readonly version: string;
  readonly pid: number;
  readonly started: string;
  readonly updated: string;
  /** The worst of all components. */
  readonly health: Health;
  readonly in_flight_bytes: number;
  readonly components: readonly ComponentStatus[];
  /** Counters of all runs on the same ledger. */
  readonly totals?: StatusTotals;
  /** Habits of feeds that have not reported in this process, kept for the next one. */
  readonly remembered?: readonly FeedHabits[];
}

/** The status as it is written piece by piece: with thousands of tenants the whole is too much to hold at once. */
export type StatusInPieces = Omit<Status, 'components' | 'totals'> & {
  readonly components: Iterable<ComponentStatus>;
  readonly totals?: StatusTotalsInPieces;
};

/** The history of how often content arrives, as an earlier process learnt it. */
export type FeedHabits = ComponentName & Pick<ComponentStatus, 'arrivals' | 'last_event'>;

interface ComponentEntry {
  readonly component: Component;
  report: Report;
  since: number;
  notice: { readonly report: Report; readonly since: number; readonly until: number } | undefined;
  lastSuccess: number | undefined;
  lastEvent: number | undefined;
  lag: { creation: number | undefined; content: number } | undefined;
  readonly counters: Partial<Record<Counter, number>>;
  readonly quiet: SilenceDetector;
}

const noticeShownMs = hourMs;
/** Habits are kept as long as a history of arrivals reaches back. */
const habitsKeptMs = 14 * dayMs;

export class StatusBoard implements Telemetry {
  private readonly clock: Clock;
  private readonly version: string;
  private readonly started: number;
  private readonly entries = new Map<string, ComponentEntry>();
  /**
   * The habits of feeds that have not reported yet stay apart from the entries: a feed that is no longer collected must
   * not be shown for ever.
   */
  private readonly remembered = new Map<string, FeedHabits>();
  private readInFlight: () => number = () => 0;
  private readonly totals = new RunningTotals();

  constructor({ clock, version }: { clock: Clock; version: string }) {
    this.clock = clock;
    this.version = version;
    this.started = clock.now();
  }

  report(component: Component, report: Report): void {
    const entry = this.entry(component);
    const now = this.clock.now();
    if (entry.report.health !== report.health || entry.report.code !== report.code) entry.since = now;
    if (report.health === 'healthy') entry.lastSuccess = now;
    entry.report = { ...report, message: redact(report.message) };
  }

  showNotice(component: Component, report: Report): boolean {
    const entry = this.entry(component);
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

  count(component: Component, counter: Counter, by = 1): void {
    const entry = this.entry(component);
    entry.counters[counter] = (entry.counters[counter] ?? 0) + by;
    if (by === 0) return;
    if (counter === 'items_acknowledged') entry.lastSuccess = this.clock.now();
    if (counter !== 'records_delivered') return;
    entry.lastEvent = this.clock.now();
    entry.quiet.arrived(entry.lastEvent);
  }

  lag(feed: Feed, creation: number | undefined, content: number): void {
    const entry = this.entry(feed);
    entry.lag = { creation: creation ?? entry.lag?.creation, content };
  }

  watchInFlight(read: () => number): void {
    this.readInFlight = read;
  }

  get inFlightBytes(): number {
    return this.readInFlight();
  }

  ledgerOpened(id: string): void {
    this.totals.ledgerOpened(id, iso(this.clock.now()), this.entries.values());
  }

  /**
   * Takes over what an earlier process learnt of how often content arrives, and what it counted. Call before anything
   * is reported.
   */
  restore(previous: readonly (FeedHabits | ComponentStatus)[], totals?: StatusTotals): void {
    this.totals.restore(totals);
    for (const each of previous) {
      const { arrivals, last_event } = each;
      const component = componentOf(each);
      if (component === undefined || !isFeed(component) || arrivals === undefined) continue;
      const age = this.clock.now() - timeOf(last_event, this.clock.now());
      if (age > habitsKeptMs) continue;
      const habits = { ...nameOf(component), arrivals, ...(last_event && { last_event }) };
      this.remembered.set(keyOf(component), habits);
    }
  }

  reportOf(component: Component): Report | undefined {
    const entry = this.entries.get(keyOf(component));
    return entry && this.withQuiet(entry);
  }

  snapshot(): Status {
    const { components, totals, remembered, ...rest } = this.pieces();
    return {
      ...rest,
      components: [...components],
      ...(totals && { totals: { ...totals, components: [...totals.components] } }),
      ...(remembered && { remembered: [...remembered] }),
    };
  }

  /** Returns the status to be read once: the text of a component is put together when it is asked for. */
  pieces(): StatusInPieces {
    const entries = sortByName(this.entries.values(), ({ component }) => nameOf(component));
    const totals = this.totals.read(this.entries);
    return {
      version: this.version,
      pid: process.pid,
      started: iso(this.started),
      updated: iso(this.clock.now()),
      health: worstHealth(entries.map((entry) => this.withNotice(entry).report.health)),
      in_flight_bytes: this.inFlightBytes,
      components: entries.values().map((entry) => this.show(entry)),
      ...(totals !== undefined && { totals }),
      ...(this.remembered.size > 0 && {
        remembered: sortByName(this.remembered.values(), (habits) => habits),
      }),
    };
  }

  private entry(component: Component): ComponentEntry {
    const key = keyOf(component);
    const known = this.entries.get(key);
    if (known) return known;
    const now = this.clock.now();
    const entry: ComponentEntry = {
      component,
      report: { health: 'starting', message: 'not asked yet' },
      since: now,
      notice: undefined,
      lastSuccess: undefined,
      lastEvent: timeOf(this.remembered.get(key)?.last_event, undefined),
      lag: undefined,
      counters: {},
      quiet: new SilenceDetector(now),
    };
    this.entries.set(key, entry);
    this.recall(key, entry);
    return entry;
  }

  private recall(key: string, { quiet }: ComponentEntry): void {
    const habits = this.remembered.get(key);
    if (!habits?.arrivals) return;
    quiet.restore(habits.arrivals);
    this.remembered.delete(key);
  }

  private show(entry: ComponentEntry): ComponentStatus {
    const { component, lastSuccess, lastEvent, lag, counters, quiet } = entry;
    const { report, since } = this.withNotice(entry);
    return {
      ...nameOf(component),
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
      counters: { ...counters },
      ...(isFeed(component) && { arrivals: quiet.history() }),
    };
  }

  private withNotice(entry: ComponentEntry): { readonly report: Report; readonly since: number } {
    const { notice, since } = entry;
    const report = this.withQuiet(entry);
    return report.health === 'healthy' && notice && notice.until > this.clock.now()
      ? notice
      : { report, since };
  }

  /** A feed without a failure may have gone silent; only its own history can tell. */
  private withQuiet({ report, quiet }: ComponentEntry): Report {
    const silence = report.health === 'healthy' ? quiet.alarm(this.clock.now()) : undefined;
    return silence ? describeSilence(silence) : report;
  }
}

/** Returns the milliseconds of an ISO time; `otherwise` where there is none. */
function timeOf<T>(text: string | undefined, otherwise: T): number | T {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? otherwise : time;
}

function iso(time: number): string {
  return isoTime(time);
}
