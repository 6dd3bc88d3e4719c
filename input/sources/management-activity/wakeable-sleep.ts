// A sleep that news can cut short.

import type { Clock } from '../../clock.ts';

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
  async sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) await this.#untilWoken(ms, signal);
    this.#woken = false;
  }

  async #untilWoken(ms: number | undefined, signal: AbortSignal): Promise<void> {
    // Without a time no timer is begun: this happens for every blob, and cancelling a timer costs as much as a request.
    const timer = ms === undefined ? undefined : new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#wake = wake;
    signal.addEventListener('abort', wake);
    if (ms !== undefined && timer !== undefined) this.#clock.sleep(ms, timer.signal).then(wake, wake);
    await promise;
    signal.removeEventListener('abort', wake);
    this.#wake = undefined;
    timer?.abort();
  }
}
