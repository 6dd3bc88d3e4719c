// Tells a feed that has gone silent from one that is always slow, by its own history: the longest pause on any of the
// last 14 days. Time during which this process did not run is no pause.

import type { Report } from '../../contract/telemetry.ts';
import { hourMs, isoTime } from '../../contract/time.ts';

export interface ArrivalHistory {
  /** The longest pause in milliseconds that ended on a day (YYYY-MM-DD), by day. */
  readonly longest_pause_ms: Readonly<Record<string, number>>;
  /** The number of arrivals after a pause of a minute or more. */
  readonly seen: number;
  /** The time at which watching began; absent in what older versions left. */
  readonly since?: string;
}

export interface Silence {
  readonly since: number;
  readonly forMs: number;
  readonly longestMs: number;
}

const daysKept = 14;
const pauseMs = 60_000;
// With less history than this nothing is known about a feed's habits, and a shorter pause alarms nobody.
const leastSeen = 10;
const leastAlarmMs = 3 * hourMs;
// A history that is caught up arrives without a pause, and says nothing of the nights to come.
const leastWatchedMs = 12 * hourMs;
const tolerance = 1.5;

export class SilenceDetector {
  private last: number;
  private seen = 0;
  private longest = new Map<string, number>();
  private began: number;

  constructor(now: number) {
    this.last = now;
    this.began = now;
  }

  arrived(now: number): void {
    const pause = now - this.last;
    this.last = now;
    if (pause < pauseMs) return;
    this.seen += 1;
    const day = new Date(now).toISOString().slice(0, 10);
    this.longest.set(day, Math.max(pause, this.longest.get(day) ?? 0));
    const oldest = [...this.longest.keys()].toSorted().slice(0, -daysKept);
    for (const each of oldest) this.longest.delete(each);
  }

  alarm(now: number): Silence | undefined {
    const longestMs = Math.max(0, ...this.longest.values());
    const forMs = now - this.last;
    if (now - this.began < leastWatchedMs) return undefined;
    if (this.seen < leastSeen || forMs < Math.max(leastAlarmMs, longestMs * tolerance)) return undefined;
    return { since: this.last, forMs, longestMs };
  }

  history(): ArrivalHistory {
    const { longest, seen, began } = this;
    return { longest_pause_ms: Object.fromEntries(longest), seen, since: isoTime(began) };
  }

  restore({ longest_pause_ms, seen, since }: ArrivalHistory): void {
    this.longest = new Map(Object.entries(longest_pause_ms));
    this.seen = seen;
    const began = Date.parse(since ?? '');
    this.began = Number.isNaN(began) ? 0 : began;
  }
}

export function describeSilence({ since, forMs, longestMs }: Silence): Report {
  const hours = (ms: number) => `${Math.round(ms / hourMs)} h`;
  const known =
    longestMs < hourMs
      ? 'it was never silent for an hour before'
      : `its longest pause was ${hours(longestMs)}`;
  return {
    health: 'degraded',
    code: 'quiet',
    message: `No records for ${hours(forMs)}, since ${isoTime(since)}; ${known}. Check that auditing is still switched on at the service, and that people are working.`,
  };
}
