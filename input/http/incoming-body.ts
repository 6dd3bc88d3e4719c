// The body of an answer as it arrives, for one reader: bytes that are not read in time stop the sender. It is far cheaper
// for each answer than a stream of Node's, which counts with many answers.

import type { Dispatcher } from 'undici';

/** The connection pauses when more than this is unread. */
const highWaterBytes = 256 * 1024;

type Controller = Pick<Dispatcher.DispatchController, 'pause' | 'resume' | 'abort'>;

export class IncomingBody implements AsyncIterable<Uint8Array> {
  readonly #controller: Controller;
  readonly #chunks: Uint8Array[] = [];
  #held = 0;
  #paused = false;
  #end: { readonly error: unknown } | undefined;
  #notify: (() => void) | undefined;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held > highWaterBytes && !this.#paused) {
      this.#paused = true;
      this.#controller.pause();
    }
    this.#notify?.();
  }

  /** Ends the body, with an error when it broke off. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#notify?.();
  }

  /** Takes the whole body where it arrived at once and is not longer than `maximumBytes`; else takes nothing. */
  async takeWhole(maximumBytes: number): Promise<Buffer | undefined> {
    if (this.#chunks.length === 0 && this.#end === undefined) await this.#waitForChange();
    const isWhole = this.#end !== undefined && this.#end.error === undefined;
    return isWhole && this.#held <= maximumBytes ? Buffer.concat(this.#chunks) : undefined;
  }

  /** Iterates over the body. Leaving early closes the connection, which would have to read the rest before its next request. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        const chunk = this.#take();
        if (chunk !== undefined) yield chunk;
        else if (this.#end === undefined) await this.#waitForChange();
        else if (this.#end.error === undefined) return;
        else throw this.#end.error;
      }
    } finally {
      if (this.#end === undefined) this.#controller.abort(new Error('The body was not read to its end.'));
    }
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#held -= chunk.length;
    if (this.#paused && this.#held <= highWaterBytes / 2) {
      this.#paused = false;
      this.#controller.resume();
    }
    return chunk;
  }

  async #waitForChange(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#notify = resolve;
    });
    this.#notify = undefined;
  }
}
