// An output that could not be opened yet: opening is tried again and again, and writes wait until it succeeds.

import type { Clock } from '../contract/clock.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Output, OutputDocument, WriteOptions, WriteReport } from '../contract/output.ts';
import { backOff } from '../http/back-off.ts';

export interface DeferredOutputParts {
  readonly clock: Clock;
  readonly random: () => number;
  /** The error of the first attempt. */
  readonly reason: unknown;
  /** Called once, when the output is open. */
  readonly onOpen: () => void;
  /** Called when opening fails for another reason than before. */
  readonly onReasonChange: (error: unknown) => void;
}

const pauses = { firstMs: 5_000, mostMs: 60_000 };

export class DeferredOutput implements Output {
  readonly name: string;
  readonly batchesAhead?: number;
  readonly #output: Output;
  readonly #closing = new AbortController();
  readonly #open: Promise<void>;

  constructor(output: Output, parts: DeferredOutputParts) {
    this.name = output.name;
    if (output.batchesAhead !== undefined) this.batchesAhead = output.batchesAhead;
    this.#output = output;
    this.#open = this.#tryAgain(parts);
    this.#open.catch(() => undefined);
  }

  /** Does nothing: opening began with the constructor. */
  async open(): Promise<void> {}

  async write(documents: readonly OutputDocument[], options: WriteOptions): Promise<WriteReport> {
    await this.#untilOpen(options.signal);
    return this.#output.write(documents, options);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error(`${this.name} is closed`));
    await this.#open.catch(() => undefined);
    await this.#output.close();
  }

  async #tryAgain(parts: DeferredOutputParts): Promise<void> {
    const { signal } = this.#closing;
    let reported = nameOf(parts.reason);
    for (let attempt = 0; ; attempt += 1) {
      await parts.clock.sleep(backOff(attempt, pauses, parts.random), signal);
      try {
        await this.#output.open(signal);
        break;
      } catch (error) {
        signal.throwIfAborted();
        if (nameOf(error) !== reported) parts.onReasonChange(error);
        reported = nameOf(error);
      }
    }
    parts.onOpen();
  }

  async #untilOpen(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await Promise.race([this.#open, left.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof OperatorError ? error.code : describeError(error);
}
