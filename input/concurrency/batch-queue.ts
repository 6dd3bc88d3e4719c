// A queue of batches from the downloads of a source to its reader. It needs no bound of its own: the byte budget admitted
// every batch in it.

import type { Batch } from '../contract/source.ts';

export class BatchQueue {
  readonly #waiting: Batch[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #notify: (() => void) | undefined;

  put(batch: Batch): void {
    this.#waiting.push(batch);
    this.#notify?.();
  }

  end(): void {
    this.#ended = true;
    this.#notify?.();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** Takes out the batches that nobody will read any more. */
  abandon(): Batch[] {
    return this.#waiting.splice(0);
  }

  /**
   * Iterates over the batches. It ends when the queue has ended and is empty, when the signal aborts or when the reader
   * leaves, after `finish`. It is no generator, because one that waits holds the last batch that it yielded.
   */
  drain(signal: AbortSignal, finish: () => Promise<void>): AsyncIterableIterator<Batch, void, undefined> {
    let finished: Promise<void> | undefined;
    const end = async () => {
      finished ??= finish();
      await finished;
      return { done: true, value: undefined } as const;
    };
    const next = async () => {
      const batch = await this.#next(signal).catch(async (error: unknown) => {
        await end();
        throw error;
      });
      return batch === undefined ? end() : { done: false as const, value: batch };
    };
    signal.addEventListener('abort', () => this.#notify?.(), { once: true });
    return {
      next,
      return: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #next(signal: AbortSignal): Promise<Batch | undefined> {
    while (!signal.aborted && this.#waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
    return signal.aborted ? undefined : this.#waiting.shift();
  }
}
