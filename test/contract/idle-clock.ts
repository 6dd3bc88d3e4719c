// A clock that stands still while anything is going on, and goes to the next moment that somebody sleeps for when nothing
// is: hours pass in milliseconds over real HTTP and real files, and never faster than the program can follow.

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../input/contract/clock.ts';
import { untilIdle } from './idleness.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** On this clock: whoever waits longer waits in vain. */
const patienceMs = 40 * 86_400_000;

export class IdleClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  #lastLook: Promise<unknown> = Promise.resolve();

  constructor(start = Date.now()) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** How many sleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const sleeper: Sleeper = { at: Math.ceil(this.#now + Math.max(0, ms)), wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Jumps ahead, as after a suspend of the machine: whoever is due by then wakes late. */
  advance(ms: number): void {
    this.#now += Math.ceil(ms);
    const due = [...this.#sleepers].filter(({ at }) => at <= this.#now);
    for (const { wake } of due.toSorted((one, other) => one.at - other.at)) wake();
  }

  /** Lets time pass until it holds. Looks each time before it passes, so that no moment is missed. */
  async until(holds: () => boolean | Promise<boolean>, what = 'it holds'): Promise<void> {
    const end = this.#now + patienceMs;
    const look = async () => {
      await untilIdle();
      if (await holds()) return true;
      if (this.#now > end) throw new Error(`waited in vain until ${what}`);
      await this.#goToNextSleeper();
      return false;
    };
    while (!(await this.#inTurn(look)));
  }

  /** Lets time pass until the work is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    await this.until(() => isDone, 'the work is done');
    return work;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    await this.during(this.sleep(ms));
  }

  /** Of several that wait, each one sees what came of the step before. */
  #inTurn(look: () => Promise<boolean>): Promise<boolean> {
    const looked = this.#lastLook.then(look, look);
    this.#lastLook = looked;
    return looked;
  }

  async #goToNextSleeper(): Promise<void> {
    const next = Math.min(...[...this.#sleepers].map(({ at }) => at));
    // Nobody sleeps: what is waited for comes from outside of the process.
    if (next === Number.POSITIVE_INFINITY) await delay(5);
    else this.advance(Math.max(0, next - this.#now));
  }
}
