// Knows whether a source is held up by the output: whether what was fetched is delivered as fast as more could be fetched.

import type { Clock } from '../../contract/clock.ts';

/** An output that keeps up has taken a batch by then. */
const takenByMs = 30_000;

export class OutputBacklog {
  readonly #clock: Clock;
  /** The times at which batches left that are not settled, in that order. */
  readonly #sent = new Set<{ readonly at: number }>();
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A batch leaves. Returns what is to be called when it is settled. */
  send(): () => void {
    const sent = { at: this.#clock.now() };
    this.#sent.add(sent);
    return () => this.#sent.delete(sent);
  }

  /** Passes on a wait for room in the memory budget, which batches of any stream may fill. */
  async waitForRoom<T>(room: Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await room;
    } finally {
      this.#waiting -= 1;
    }
  }

  get holdsUp(): boolean {
    const [first] = this.#sent;
    return this.#waiting > 0 || (first !== undefined && first.at < this.#clock.now() - takenByMs);
  }
}
