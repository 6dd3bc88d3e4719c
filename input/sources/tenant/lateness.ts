// Tells the operator that a feed is late: that what could be had for long is not delivered. A source finds out since when
// that is so; how long it may be, and what is said of it, is the same for all.

import type { Clock } from '../../contract/clock.ts';
import type { Report } from '../../contract/telemetry.ts';
import { dayMs, hourMs, isoTime, minuteMs } from '../../contract/time.ts';
import type { RequestBudget } from '../../http/rate-limit.ts';
import { clockTime } from './clock-time.ts';
import type { OutputBacklog } from './output-backlog.ts';
import type { TenantGate } from './tenant-gate.ts';

/** Feeds are looked at so often. */
export const lookEveryMs = minuteMs;

/** What is there is had with the next poll and delivered in seconds; so much is left for a poll that failed, and a retry. */
const leastLateMs = 15 * minuteMs;
const lateIntervals = 3;

export interface Delay {
  /** The time by Microsoft's clock since which something could be had that is not delivered. */
  readonly since: number;
  /** What is not delivered, as the sentence goes on: "3 content blobs wait". */
  readonly what: string;
  /** What holds it up, and what to do about it: a sentence. */
  readonly why: string;
}

/** The state of one feed. One that is late has caught up when half of the time allowed is enough: it does not waver. */
export class Lateness {
  readonly #clock: Clock;
  readonly #lateMs: number;
  #isLate = false;
  #allowedSince: number;
  #lookedAt: number;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#lateMs = Math.max(leastLateMs, lateIntervals * intervalMs);
    this.#allowedSince = clock.now();
    this.#lookedAt = this.#allowedSince;
  }

  /** Time in which nothing could be had, as before a start, is no delay: the feed is given all of its time anew. */
  beginAnew(): void {
    this.#allowedSince = this.#clock.now();
  }

  /** What could be had for so long makes the feed late; undefined while nothing does. It is asked at every look. */
  look(): number | undefined {
    const now = this.#clock.now();
    // The machine was asleep, or its clock was set.
    if (Math.abs(now - this.#lookedAt) > this.#lateMs / 3) this.beginAnew();
    this.#lookedAt = now;
    if (now - this.#allowedSince < this.#lateMs) return undefined;
    return this.#isLate ? this.#lateMs / 2 : this.#lateMs;
  }

  /** Says what was found; `now` is Microsoft's. */
  tell(delay: Delay | undefined, now: number): Report | undefined {
    this.#isLate = delay !== undefined;
    if (delay === undefined) return undefined;
    const { since, what, why } = delay;
    const message = `Late by ${describeSpan(now - since)}, since ${describeTime(since, now)}: ${what}. ${why}`;
    return { health: 'degraded', code: 'late', message, needsOperator: false };
  }
}

export interface Ways {
  readonly gate: TenantGate;
  readonly budgets: readonly RequestBudget[];
  readonly backlog: OutputBacklog;
}

/** What holds up every feed of a tenant; undefined where it is something else. `now` is this machine's. */
export function explainHold({ gate, budgets, backlog }: Ways, now: number): string | undefined {
  const pausedUntil = Math.max(...budgets.map((budget) => budget.pausedUntil));
  if (pausedUntil > now)
    return `Microsoft limits the requests of this tenant; it goes on at ${clockTime(pausedUntil)}.`;
  if (gate.opensAt > now)
    return `The tenant cannot be asked, as its own state says; it is tried again at ${clockTime(gate.opensAt)}.`;
  if (backlog.holdsUp) return 'Documents wait for the output: see its state, and how busy the cluster is.';
  if (budgets.some((budget) => budget.isSlowed))
    return 'Microsoft limited the requests of this tenant; they become more again step by step.';
  if (budgets.some((budget) => budget.isUsedUp))
    return 'The request budget is used up; raise requests_per_minute where Microsoft allows more.';
  return undefined;
}

/** Coarse, so that the sentence does not change with every look. */
function describeSpan(ms: number): string {
  if (ms < 2 * hourMs) return `${Math.floor(ms / minuteMs / 5) * 5} minutes`;
  return ms < 2 * dayMs ? `${Math.floor(ms / hourMs)} hours` : `${Math.floor(ms / dayMs)} days`;
}

function describeTime(ms: number, now: number): string {
  return now - ms < 12 * hourMs ? clockTime(ms) : `${isoTime(ms).slice(0, 10)} ${clockTime(ms)}`;
}
