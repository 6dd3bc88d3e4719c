// Does long work in pieces of some milliseconds, one in each turn of the event loop, so that whatever else the process has
// to do in time, such as a check-in with Elastic Agent, waits for a piece and not for all of the work.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Semaphore } from './semaphore.ts';

const pieceMs = 10;

/** Everything that is given to one of these is done in order, and shares the pieces. */
export class PacedWork {
  readonly #semaphore = new Semaphore(1);
  #pieceEnds = 0;

  /** Calls `step` until it returns false; rejects with what it throws. A step is short, and cannot be interrupted. */
  async run(step: () => boolean): Promise<void> {
    const leave = await this.#semaphore.acquire();
    try {
      do await this.#untilThereIsTime();
      while (this.#runPiece(step));
    } finally {
      leave();
    }
  }

  async #untilThereIsTime(): Promise<void> {
    if (performance.now() < this.#pieceEnds) return;
    await nextTurn();
    this.#pieceEnds = performance.now() + pieceMs;
  }

  /** True while more is left. */
  #runPiece(step: () => boolean): boolean {
    do if (!step()) return false;
    while (performance.now() < this.#pieceEnds);
    return true;
  }
}
