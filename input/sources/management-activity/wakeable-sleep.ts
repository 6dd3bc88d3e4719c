// A sleep that news can cut short.

import type { Clock } from '../../clock.ts';

export class WakeableSleep {
  readonly #clock: Clock;
  #running: AbortController | undefined;
  #woken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep, or the next one before it begins. */
  wake(): void {
    this.#woken = true;
    this.#running?.abort();
  }

  /** Resolves after `ms`, when woken, or when the signal aborts. Without `ms` it waits for one of the latter. */
  async sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const running = new AbortController();
      this.#running = running;
      const longest = 24 * 3_600_000;
      await this.#clock
        .sleep(Math.min(ms ?? longest, longest), AbortSignal.any([running.signal, signal]))
        .catch(() => {});
      this.#running = undefined;
    }
    this.#woken = false;
  }
}
