// Reserves room for a body before it is asked for, so that nothing is asked for that would have to wait half read.

import type { ByteBudget } from '../../../contract/source.ts';

/** Most bodies are not larger. */
const reservedBytes = 128 * 1024;

export class Reservation {
  readonly #budget: ByteBudget;
  #held = reservedBytes;

  private constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  static async make(budget: ByteBudget, signal: AbortSignal): Promise<Reservation> {
    await budget.acquire(reservedBytes, signal);
    return new Reservation(budget);
  }

  /** Returns true where `bytes` fit: then they stay held, by the caller from here on, and the rest is given back. */
  spend(bytes: number): boolean {
    if (bytes > this.#held) return false;
    const rest = this.#held - bytes;
    this.#held = 0;
    this.#budget.release(rest);
    return true;
  }

  /** Gives back what is left of it, if anything is. */
  free(): void {
    const rest = this.#held;
    this.#held = 0;
    if (rest > 0) this.#budget.release(rest);
  }
}
