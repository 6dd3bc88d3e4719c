// The tally counts what happened to each feed since it was last asked: sums over intervals, and the greatest lag. It
// receives what the status board receives, and forgets what was reported.

import { type Component, isFeed, keyOf, streamOf } from '../contract/component.ts';
import { redact } from '../contract/errors.ts';
import type { Feed } from '../contract/feed.ts';
import type { Counter, CredentialEnd, Report, Telemetry } from '../contract/telemetry.ts';

export interface Interval {
  readonly counts: ReadonlyMap<Counter, number>;
  /** The greatest lag in milliseconds; undefined when nothing was delivered. */
  readonly lagMs: number | undefined;
  readonly deliveryLagMs: number | undefined;
}

interface TallyEntry {
  readonly component: Component;
  counts: Map<Counter, number>;
  lagMs: number | undefined;
  deliveryLagMs: number | undefined;
  /** CreationTime of the newest record delivered, in milliseconds since the epoch. */
  newest: number | undefined;
  report: Report | undefined;
}

export class CompletenessTally implements Telemetry {
  private readonly now: () => number;
  private readonly known: Telemetry['reportOf'];
  private readonly entries = new Map<string, TallyEntry>();
  private readonly credentials = new Map<string, CredentialEnd>();

  /** `known` may remember habits over restarts: with them a silence can be told from a slow day. */
  constructor(now: () => number, known?: Telemetry['reportOf']) {
    this.now = now;
    this.known = known;
  }

  report(component: Component, report: Report): void {
    this.entry(component).report = { ...report, message: redact(report.message) };
  }

  count(component: Component, counter: Counter, by = 1): void {
    const { counts } = this.entry(component);
    counts.set(counter, (counts.get(counter) ?? 0) + by);
  }

  lag(feed: Feed, creation: number | undefined, content: number, backfill = false): void {
    const entry = this.entry(feed);
    if (!backfill) {
      entry.deliveryLagMs = greatest(entry.deliveryLagMs, content);
      entry.lagMs = greatest(entry.lagMs, creation);
    }
    if (creation !== undefined) entry.newest = Math.max(entry.newest ?? 0, this.now() - creation);
  }

  credential(tenantId: string, credential: CredentialEnd): void {
    this.credentials.set(tenantId, credential);
  }

  credentialOf({ tenant }: Feed): CredentialEnd | undefined {
    return this.credentials.get(tenant);
  }

  /** Takes the counts since the last call, or since the start. */
  take(feed: Feed): Interval {
    const entry = this.entry(feed);
    const { counts, lagMs, deliveryLagMs } = entry;
    entry.counts = new Map();
    entry.lagMs = undefined;
    entry.deliveryLagMs = undefined;
    return { counts, lagMs, deliveryLagMs };
  }

  /** Puts back counts that could not be reported, so that the next interval reports them. */
  putBack(feed: Feed, { counts, lagMs, deliveryLagMs }: Interval): void {
    for (const [counter, by] of counts) this.count(feed, counter, by);
    const entry = this.entry(feed);
    entry.lagMs = greatest(entry.lagMs, lagMs);
    entry.deliveryLagMs = greatest(entry.deliveryLagMs, deliveryLagMs);
  }

  /** Every feed that has reported anything. */
  feeds(): readonly Feed[] {
    return [...this.entries.values()].map(({ component }) => component).filter(isFeed);
  }

  newestRecord(feed: Feed): number | undefined {
    return this.entry(feed).newest;
  }

  /** The feed's own state, or that of its stream where that is worse. */
  health(feed: Feed): Report | undefined {
    const own = this.reportOf(feed);
    const stream = this.reportOf(streamOf(feed));
    return stream?.health === 'failed' && own?.health !== 'failed' ? stream : (own ?? stream);
  }

  reportOf(component: Component): Report | undefined {
    return this.known?.(component) ?? this.entries.get(keyOf(component))?.report;
  }

  private entry(component: Component): TallyEntry {
    const key = keyOf(component);
    const known = this.entries.get(key);
    if (known) return known;
    const entry: TallyEntry = {
      component,
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

function greatest(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.max(left, right);
}

/** Makes one telemetry that passes everything on to two. */
export function combineTelemetry(telemetry: Telemetry, listener: Telemetry): Telemetry {
  return {
    report(component, report) {
      telemetry.report(component, report);
      listener.report(component, report);
    },
    count(component, counter, by) {
      telemetry.count(component, counter, by);
      listener.count(component, counter, by);
    },
    lag(component, creation, content, backfill) {
      telemetry.lag(component, creation, content, backfill);
      listener.lag(component, creation, content, backfill);
    },
    credential(tenantId, credential) {
      telemetry.credential?.(tenantId, credential);
      listener.credential?.(tenantId, credential);
    },
    showNotice: (component, report) => telemetry.showNotice?.(component, report) ?? false,
    exchanged: (exchange) => telemetry.exchanged?.(exchange),
    watchInFlight: (read) => telemetry.watchInFlight?.(read),
    reportOf: (component) => telemetry.reportOf?.(component),
  };
}
