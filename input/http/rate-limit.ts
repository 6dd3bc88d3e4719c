// Limits the rate of requests by a budget that all requests for a tenant share. It never admits more than its limit in any
// minute; when the server throttles all the same, every request waits, and the rate is halved and recovers step by step.

import type { Clock } from '../contract/clock.ts';
import { backOff } from './back-off.ts';
import type { Wrapper } from './exchange.ts';

export interface RateLimitOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly requestsPerMinute: number;
  /** The number of requests that may go at once after a rest; a twentieth of a minute's where absent. */
  readonly burst?: number;
  /** Returns the wait that the server asks for, where the error is its throttling. */
  readonly throttling: (error: unknown) => { readonly afterMs: number | undefined } | undefined;
  /** Called when a pause begins, with the number of requests in the minute before. */
  readonly onPause?: (untilMs: number, sentInLastMinute: number) => void;
  /** Called with the first success after a pause. */
  readonly onResume?: () => void;
}

const firstPauseMs = 30_000;
const longestPauseMs = 600_000;
const minimumSpeed = 0.1;
const recoveryStep = 0.1;
const recoveryMs = 60_000;

/** Wraps any number of Sends around one budget: a new one, or one that others share. */
export function rateLimit(from: RateLimitOptions | RequestBudget): Wrapper {
  const budget = from instanceof RequestBudget ? from : new RequestBudget(from);
  return (send) => async (request) => {
    const admittedAt = await budget.admit(request.signal);
    try {
      const response = await send(request);
      budget.succeeded();
      return response;
    } catch (error) {
      const throttled = budget.throttling(error);
      if (throttled !== undefined) budget.pause(admittedAt, throttled.afterMs);
      throw error;
    }
  };
}

/** The generic cell rate algorithm: one number holds the time of the next request, so nothing runs between requests. */
export class RequestBudget {
  readonly #options: RateLimitOptions;
  #requestsPerMinute = 0;
  #burst = 0;
  #nextAt = 0;
  #pausedUntil = 0;
  #pausedAt = 0;
  #pauses = 0;
  #speed = 1;
  #speedSince = 0;
  readonly #sent = new MinuteCount();

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.limitTo(options.requestsPerMinute);
  }

  limitTo(requestsPerMinute: number): void {
    this.#requestsPerMinute = requestsPerMinute;
    this.#burst = this.#options.burst ?? Math.max(1, Math.floor(requestsPerMinute / 20));
  }

  /** The end of the pause that the server asked for, in milliseconds since the epoch; in the past where there is none. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** True while requests are fewer than they may be, since the server asked for a pause lately. */
  get isSlowed(): boolean {
    this.#recover(this.#options.clock.now());
    return this.#speed < 1;
  }

  /** True where one more request would have to wait. */
  get isUsedUp(): boolean {
    const { everyMs, burst } = this.#pace();
    return this.#nextAt - (burst - 1) * everyMs > this.#options.clock.now();
  }

  throttling(error: unknown): { readonly afterMs: number | undefined } | undefined {
    return this.#options.throttling(error);
  }

  /** Resolves when a request may be sent, with the time of that. */
  async admit(signal: AbortSignal): Promise<number> {
    for (;;) {
      const reservedIn = this.#pausedAt;
      const wait = this.#reserve() - this.#options.clock.now();
      if (wait > 0) await this.#options.clock.sleep(wait, signal);
      const now = this.#options.clock.now();
      // A pause voids every earlier reservation, which was made at another speed.
      if (now < this.#pausedUntil || reservedIn !== this.#pausedAt) continue;
      this.#sent.add(now);
      return now;
    }
  }

  /** Begins a pause, unless the request was sent before the last one began, which already answered it. */
  pause(admittedAt: number, afterMs: number | undefined): void {
    const { clock, random, onPause } = this.#options;
    const now = clock.now();
    if (admittedAt <= this.#pausedAt) return;
    const wait = afterMs ?? backOff(this.#pauses, { firstMs: firstPauseMs, mostMs: longestPauseMs }, random);
    this.#pauses += 1;
    this.#pausedAt = now;
    this.#pausedUntil = now + wait;
    this.#nextAt = this.#pausedUntil;
    this.#speed = Math.max(minimumSpeed, this.#speed / 2);
    this.#speedSince = this.#pausedUntil;
    onPause?.(this.#pausedUntil, this.#sent.inLastMinute(now));
  }

  succeeded(): void {
    if (this.#pauses > 0 && this.#options.clock.now() >= this.#pausedUntil) {
      this.#pauses = 0;
      this.#options.onResume?.();
    }
  }

  #reserve(): number {
    const now = this.#options.clock.now();
    this.#recover(now);
    const { everyMs, burst } = this.#pace();
    const slot = Math.max(now, this.#pausedUntil, this.#nextAt - (burst - 1) * everyMs);
    this.#nextAt = Math.max(slot, this.#nextAt) + everyMs;
    return slot;
  }

  #pace(): { readonly everyMs: number; readonly burst: number } {
    const burst = Math.max(1, Math.floor(this.#burst * this.#speed));
    const everyMs = 60_000 / (Math.max(1, this.#requestsPerMinute - this.#burst) * this.#speed);
    return { everyMs, burst };
  }

  #recover(now: number): void {
    if (this.#speed >= 1 || now < this.#speedSince + recoveryMs) return;
    const steps = Math.floor((now - this.#speedSince) / recoveryMs);
    this.#speed = Math.min(1, this.#speed + steps * recoveryStep);
    this.#speedSince += steps * recoveryMs;
  }
}

/** Counts events of about the last minute, in two numbers. */
class MinuteCount {
  #minute = 0;
  #now = 0;
  #before = 0;

  add(at: number): void {
    this.#turn(at);
    this.#now += 1;
  }

  inLastMinute(at: number): number {
    this.#turn(at);
    const elapsed = (at % 60_000) / 60_000;
    return Math.round(this.#now + this.#before * (1 - elapsed));
  }

  #turn(at: number): void {
    const minute = Math.floor(at / 60_000);
    if (minute === this.#minute) return;
    this.#before = minute === this.#minute + 1 ? this.#now : 0;
    this.#now = 0;
    this.#minute = minute;
  }
}
