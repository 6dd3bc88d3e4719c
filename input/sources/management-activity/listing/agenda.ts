// The agenda of one tenant: it does several things again and again, each at its own time, behind one sleep. A loop that
// sleeps for each of them holds far more memory than its work needs, and there are thousands.

import { WakeableSleep } from '../../../concurrency/wakeable-sleep.ts';
import type { Clock } from '../../../contract/clock.ts';

/** Resolves with the time from which on it is due again, `Infinity` for never by itself. A rejection ends the agenda. */
export type Duty = (signal: AbortSignal) => Promise<number>;

interface ScheduledDuty {
  readonly duty: Duty;
  dueAt: number;
  isUnderWay: boolean;
}

export class Agenda {
  readonly #clock: Clock;
  readonly #news: WakeableSleep;
  readonly #entries: ScheduledDuty[] = [];
  #underWay = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#news = new WakeableSleep(clock);
  }

  /** Returns what makes it due at once. */
  add(duty: Duty, dueAt = this.#clock.now()): () => void {
    const entry = { duty, dueAt, isUnderWay: false };
    this.#entries.push(entry);
    return () => {
      entry.dueAt = 0;
      this.#news.wake();
    };
  }

  /** Ends with the signal, when nothing is under way any more; rejects at once with what a duty rejected with. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#news.sleep(this.#beginDue(signal), signal);
    }
    await this.settle();
  }

  /** Resolves when nothing is under way any more. */
  async settle(): Promise<void> {
    while (this.#underWay > 0) await this.#news.sleep(undefined, neverAborts);
  }

  /** Milliseconds until the next one is due; undefined while none is going to be by itself. */
  #beginDue(signal: AbortSignal): number | undefined {
    const now = this.#clock.now();
    for (const entry of this.#entries)
      if (!entry.isUnderWay && entry.dueAt <= now) this.#begin(entry, signal);
    const next = Math.min(...this.#entries.filter(({ isUnderWay }) => !isUnderWay).map(({ dueAt }) => dueAt));
    return next === Number.POSITIVE_INFINITY ? undefined : Math.max(0, next - now);
  }

  #begin(entry: ScheduledDuty, signal: AbortSignal): void {
    entry.isUnderWay = true;
    entry.dueAt = Number.POSITIVE_INFINITY;
    this.#underWay += 1;
    entry
      .duty(signal)
      .then((again) => {
        // It keeps the earlier time where it was made due while it was under way.
        entry.dueAt = Math.min(entry.dueAt, again);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) this.#failure ??= { error };
      })
      .finally(() => {
        entry.isUnderWay = false;
        this.#underWay -= 1;
        this.#news.wake();
      });
  }
}

const neverAborts = new AbortController().signal;
