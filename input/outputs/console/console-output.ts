// The console output writes documents to standard output, a line each. Delivered means written to the pipe: nobody can
// know what its reader does with them, so this output is for looking and for piping, not for keeping.

import type { Clock } from '../../contract/clock.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { Output, OutputDocument, WriteOptions, WriteReport } from '../../contract/output.ts';
import { isoTime } from '../../contract/time.ts';
import { describeFileFailure } from '../../files/file-failure.ts';
import { writeLine } from '../file/line.ts';

/** The part of a stream that is used. */
interface LineSink {
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

export interface ConsoleOutputParts {
  readonly clock: Clock;
  readonly sink?: LineSink;
  /** Called once when the reader has gone, as `head` goes: the run should then stop. */
  readonly onReaderGone?: () => void;
}

export function consoleOutput(parts: ConsoleOutputParts): Output {
  return new ConsoleOutput(parts);
}

class ConsoleOutput implements Output {
  readonly name = 'console';
  readonly batchesAhead = 2;
  readonly #clock: Clock;
  readonly #sink: LineSink;
  readonly #onReaderGone: () => void;
  #ended: OperatorError | undefined;

  constructor({ clock, sink = process.stdout, onReaderGone = () => undefined }: ConsoleOutputParts) {
    this.#clock = clock;
    this.#sink = sink;
    this.#onReaderGone = onReaderGone;
  }

  async open(): Promise<void> {
    this.#sink.on('error', this.#onError);
  }

  /** Resolves when the text has left the process: a slow reader holds the collector back. */
  async write(documents: readonly OutputDocument[], { signal }: WriteOptions): Promise<WriteReport> {
    signal.throwIfAborted();
    const ingested = isoTime(this.#clock.now());
    const text = documents.map((document) => writeLine(document, ingested)).join('');
    if (text !== '') await this.#pass(text, signal);
    return { delivered: documents.length, duplicate: 0, possiblyDuplicate: 0, rejected: [] };
  }

  async close(): Promise<void> {
    this.#ended ??= endedError('is closed');
    // The listener stays: a pipe that breaks later must not end the process with a stack trace.
  }

  #pass(text: string, signal: AbortSignal): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise<void>((resolve, reject) => {
      const abandon = () => reject(signal.reason);
      signal.addEventListener('abort', abandon, { once: true });
      this.#sink.write(text, (error) => {
        signal.removeEventListener('abort', abandon);
        if (error) this.#onError(error);
        if (error) reject(this.#ended);
        else resolve();
      });
    });
  }

  readonly #onError = (error: Error): void => {
    if (this.#ended) return;
    const isGone = 'code' in error && error.code === 'EPIPE';
    this.#ended = endedError(
      isGone ? 'was closed by its reader' : `cannot be written: ${describeFileFailure(error)}`,
      error,
    );
    if (isGone) this.#onReaderGone();
  };
}

function endedError(what: string, cause?: Error): OperatorError {
  return new OperatorError({
    code: 'console-closed',
    message: `Standard output ${what}.`,
    advice: 'What was not written is collected again after the next start.',
    retry: { kind: 'never' },
    cause,
  });
}
