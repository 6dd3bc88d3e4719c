// A sleep that another task can end early.

import type { Clock } from '../contract/clock.ts';

export class WakeableSleep {
  readonly #clock: Clock;
  #woken = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep; without one, the next sleep ends at once. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Resolves after `ms` (never by itself where undefined), when woken, or when the signal aborts. */
  sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) {
      this.#woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      // A sleep without a time begins no timer: there is one for every blob, and cancelling a timer costs as much as a request.
      const timer = ms === undefined ? undefined : new AbortController();
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#wake = undefined;
        this.#woken = false;
        timer?.abort();
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake);
      if (ms !== undefined && timer !== undefined) this.#clock.sleep(ms, timer.signal).then(wake, ignore);
    });
  }
}

/** The clock rejects when the sleep ended early, which is no error. */
const ignore = () => {};
