// A sleep that news can cut short.

import type { Clock } from '../contract/clock.ts';

export class WakeableSleep {
  readonly #clock: Clock;
  #woken = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep, or the next one before it begins. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Resolves after `ms` (without it: never by itself), when woken, or when the signal aborts. */
  sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) {
      this.#woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      // Without a time no timer is begun: this happens for every blob, and cancelling a timer costs as much as a request.
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

/** It was cut short. */
const ignore = () => {};
