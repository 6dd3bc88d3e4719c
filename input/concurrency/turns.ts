// Bounds how much is begun at once, over all tenants: a thousand that all ask in the same instant would each hold its
// request, its answer and its parser. A turn is short: who waits longer for a slow server goes on without one, so that
// nobody keeps the others waiting.

import type { Clock } from '../contract/clock.ts';

export interface TurnsOptions {
  readonly clock: Clock;
  /** How many have a turn at once. */
  readonly places?: number;
  readonly longestMs?: number;
  /** The same for what can wait, which takes part of these places. */
  readonly patientPlaces?: number;
  readonly patientLongestMs?: number;
}

interface Line {
  readonly waiting: Set<() => void>;
  readonly longestMs: number;
  free: number;
}

export class Turns {
  readonly #clock: Clock;
  readonly #all: Line;
  readonly #patient: Line;

  constructor({
    clock,
    places = 32,
    longestMs = 300,
    patientPlaces = 16,
    patientLongestMs = 2000,
  }: TurnsOptions) {
    this.#clock = clock;
    this.#all = { waiting: new Set(), longestMs, free: places };
    this.#patient = { waiting: new Set(), longestMs: patientLongestMs, free: patientPlaces };
  }

  /** First come, first served, what can wait after everything else. Rejects when the signal aborts before its turn. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, { canWait = false } = {}): Promise<T> {
    const line = canWait ? this.#patient : this.#all;
    await this.#take(line, signal);
    const over = new AbortController();
    const pass = () => this.#pass(line);
    this.#clock.sleep(line.longestMs, over.signal).then(pass, pass);
    try {
      return await work();
    } finally {
      over.abort();
    }
  }

  async #take(line: Line, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isFree(line)) {
      this.#begin(line);
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      line.waiting.delete(resolve);
      reject(signal.reason);
    };
    line.waiting.add(resolve);
    signal.addEventListener('abort', leave, { once: true });
    await promise;
    signal.removeEventListener('abort', leave);
  }

  #isFree(line: Line): boolean {
    return this.#all.free > 0 && line.free > 0;
  }

  #begin(line: Line): void {
    this.#all.free -= 1;
    if (line !== this.#all) line.free -= 1;
  }

  #pass(line: Line): void {
    this.#all.free += 1;
    if (line !== this.#all) line.free += 1;
    for (const each of [this.#all, this.#patient]) {
      for (const next of each.waiting) {
        if (!this.#isFree(each)) break;
        each.waiting.delete(next);
        this.#begin(each);
        next();
      }
    }
  }
}
