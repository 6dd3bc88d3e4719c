// Hands batches from the downloads to whoever iterates the source. It needs no bound of its own: every batch in it was
// admitted by the byte budget.

import type { Batch } from '../../contract.ts';

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

  /** Batches that nobody will take any more. */
  abandon(): Batch[] {
    return this.#waiting.splice(0);
  }

  /** Ends when the queue ended and is empty, or at once when the signal aborts. */
  async *drain(signal: AbortSignal): AsyncGenerator<Batch, void> {
    const notify = () => this.#notify?.();
    signal.addEventListener('abort', notify, { once: true });
    while (!signal.aborted) {
      const batch = this.#waiting.shift();
      if (batch !== undefined) {
        yield batch;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }
}
