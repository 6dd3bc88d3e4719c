// A semaphore with two priorities whose permits end by themselves. It bounds how much all tenants begin at once: a
// thousand that ask in the same instant would each hold a request, an answer and a parser. Work that waits for a slow server
// goes on after its permit has ended, so that it keeps no others waiting.

import type { Clock } from '../contract/clock.ts';

export interface PrioritySemaphoreOptions {
  readonly clock: Clock;
  /** The number of permits. */
  readonly permits?: number;
  /** A permit ends after this time, even while its work goes on. */
  readonly holdMs?: number;
  /** The same two for work that can wait; its permits are among the others. */
  readonly lowPriorityPermits?: number;
  readonly lowPriorityHoldMs?: number;
}

interface WaitingLine {
  readonly waiting: Set<() => void>;
  readonly holdMs: number;
  free: number;
}

export class PrioritySemaphore {
  readonly #clock: Clock;
  readonly #all: WaitingLine;
  readonly #lowPriority: WaitingLine;

  constructor({
    clock,
    permits = 32,
    holdMs = 300,
    lowPriorityPermits = 16,
    lowPriorityHoldMs = 2000,
  }: PrioritySemaphoreOptions) {
    this.#clock = clock;
    this.#all = { waiting: new Set(), holdMs, free: permits };
    this.#lowPriority = { waiting: new Set(), holdMs: lowPriorityHoldMs, free: lowPriorityPermits };
  }

  /**
   * Runs the work once it has a permit: first come, first served, work that can wait after all other. Rejects when the
   * signal aborts before that, and with the work's own error.
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, { canWait = false } = {}): Promise<T> {
    const line = canWait ? this.#lowPriority : this.#all;
    await this.#take(line, signal);
    const over = new AbortController();
    const giveBack = () => this.#giveBack(line);
    this.#clock.sleep(line.holdMs, over.signal).then(giveBack, giveBack);
    try {
      return await work();
    } finally {
      over.abort();
    }
  }

  async #take(line: WaitingLine, signal: AbortSignal): Promise<void> {
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

  #isFree(line: WaitingLine): boolean {
    return this.#all.free > 0 && line.free > 0;
  }

  #begin(line: WaitingLine): void {
    this.#all.free -= 1;
    if (line !== this.#all) line.free -= 1;
  }

  #giveBack(line: WaitingLine): void {
    this.#all.free += 1;
    if (line !== this.#all) line.free += 1;
    for (const each of [this.#all, this.#lowPriority]) {
      for (const next of each.waiting) {
        if (!this.#isFree(each)) break;
        each.waiting.delete(next);
        this.#begin(each);
        next();
      }
    }
  }
}
