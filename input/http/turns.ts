// Bounds how much is begun at once, over all tenants: a thousand that all ask in the same instant would each hold its
// request, its answer and its parser. A turn is short: who waits longer for a slow server goes on without one, so that
// nobody keeps the others waiting.

import type { Clock } from '../clock.ts';

export interface TurnsOptions {
  readonly clock: Clock;
  /** How many have a turn at once. */
  readonly places?: number;
  readonly longestMs?: number;
}

export class Turns {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor({ clock, places = 64, longestMs = 500 }: TurnsOptions) {
    this.#clock = clock;
    this.#longestMs = longestMs;
    this.#free = places;
  }

  /** First come, first served. Rejects when the signal aborts before its turn. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#take(signal);
    const over = new AbortController();
    const pass = () => this.#pass();
    this.#clock.sleep(this.#longestMs, over.signal).then(pass, pass);
    try {
      return await work();
    } finally {
      over.abort();
    }
  }

  async #take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.delete(resolve);
      reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener('abort', leave, { once: true });
    await promise;
    signal.removeEventListener('abort', leave);
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
