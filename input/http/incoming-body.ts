// The body of an answer as it arrives, for one reader: what it does not take in time stops the sender. Far cheaper for
// each answer than a stream of Node's, and everything here is about many answers.

import type { Dispatcher } from 'undici';

/** More than this unread, and the connection is told to wait. */
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

  /** The last thing to happen: with an error when the body broke off. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#notify?.();
  }

  /** All of it, where it came in at once and is not longer than `mostBytes`; else nothing is taken. */
  async takeWhole(mostBytes: number): Promise<Buffer | undefined> {
    if (this.#chunks.length === 0 && this.#end === undefined) await this.#news();
    const isWhole = this.#end !== undefined && this.#end.error === undefined;
    return isWhole && this.#held <= mostBytes ? Buffer.concat(this.#chunks) : undefined;
  }

  /** Leaving early closes the connection, since the rest of the body would have to be read before the next request. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        const chunk = this.#take();
        if (chunk !== undefined) yield chunk;
        else if (this.#end === undefined) await this.#news();
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

  async #news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#notify = resolve;
    });
    this.#notify = undefined;
  }
}
