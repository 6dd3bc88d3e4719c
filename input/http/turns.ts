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
  readonly #patient = new Set<() => void>();
  #free: number;

  constructor({ clock, places = 64, longestMs = 500 }: TurnsOptions) {
    this.#clock = clock;
    this.#longestMs = longestMs;
    this.#free = places;
  }

  /** First come, first served, what can wait after everything else. Rejects when the signal aborts before its turn. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, { canWait = false } = {}): Promise<T> {
    await this.#take(canWait ? this.#patient : this.#waiting, signal);
    const over = new AbortController();
    const pass = () => this.#pass();
    this.#clock.sleep(this.#longestMs, over.signal).then(pass, pass);
    try {
      return await work();
    } finally {
      over.abort();
    }
  }

  async #take(line: Set<() => void>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      line.delete(resolve);
      reject(signal.reason);
    };
    line.add(resolve);
    signal.addEventListener('abort', leave, { once: true });
    await promise;
    signal.removeEventListener('abort', leave);
  }

  #pass(): void {
    const line = this.#waiting.size > 0 ? this.#waiting : this.#patient;
    const [next] = line;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    line.delete(next);
    next();
  }
}
