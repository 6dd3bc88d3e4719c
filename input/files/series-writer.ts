// Writes lines to the files of one series. Writes that arrive while the disk is busy share the next sync, and resolve in
// the order of the calls, each with the length of its file. A full disk only makes them wait. A file that others removed or
// cut is abandoned, and lines that were not safely in it are written to a new one.

import type { Clock } from '../contract/clock.ts';
import { describeError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { FileLength } from '../contract/state.ts';
import type { DurableFile } from './durable-file.ts';
import { describeChange, type FileChange } from './file-change.ts';
import type { FileSeries } from './file-series.ts';

export interface SeriesWriterParts {
  /** The folder, for messages. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger | undefined;
  /** The rest of a sentence that says how to get records again that others took out of a file. */
  readonly recoveryHint: string;
  readonly onHealth: (health: 'healthy' | 'degraded', message: string) => void;
  /** Aborts when the owner closes: a failed write is then no longer repeated. */
  readonly closing: AbortSignal;
}

interface QueuedWrite {
  readonly lines: Buffer;
  readonly signal: AbortSignal;
  readonly done: PromiseWithResolvers<FileLength>;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export class SeriesWriter {
  readonly #series: FileSeries;
  readonly #parts: SeriesWriterParts;
  #waiting: QueuedWrite[] = [];
  #running: Promise<void> | undefined;
  #pauseMs = 0;

  constructor(series: FileSeries, parts: SeriesWriterParts) {
    this.#series = series;
    this.#parts = parts;
  }

  /** Resolves once the lines are on disk. Rejects on abort, but only while none of them can be in the file. */
  write(lines: Buffer, signal: AbortSignal): Promise<FileLength> {
    const done = Promise.withResolvers<FileLength>();
    this.#waiting.push({ lines, signal, done });
    this.#running ??= this.#writeAll();
    return done.promise;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#series.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = rejectAborted(this.#waiting.splice(0));
      try {
        if (group.length > 0) await this.#append(group);
      } catch (error) {
        await this.#putBack(group, error);
      }
    }
    // Nothing runs between the last look at the queue and this: a write that comes now starts a new loop.
    this.#running = undefined;
  }

  async #append(group: readonly QueuedWrite[]): Promise<void> {
    const chunks = group.map(({ lines }) => lines);
    let file = await this.#untouchedFile();
    for (let change = await file.append(chunks); change; change = await file.append(chunks)) {
      await this.#abandon(file, change);
      file = await this.#untouchedFile();
    }
    let length = file.length - chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    for (const { lines, done } of group) {
      length += lines.length;
      done.resolve({ file: file.path, length });
    }
    if (this.#pauseMs > 0) this.#reportRecovery();
  }

  async #untouchedFile(): Promise<DurableFile> {
    for (;;) {
      const file = await this.#series.current();
      const change = await file.findChange();
      if (change === undefined) return file;
      await this.#abandon(file, change);
    }
  }

  async #abandon(file: DurableFile, change: FileChange): Promise<void> {
    await this.#series.abandon();
    this.#parts.log?.warn(
      { event: { action: 'file-changed' }, file: { path: file.path } },
      `The file ${file.path} ${describeChange(change)} while it was written. What comes now goes to a new file. What it held is not written again by itself${change.kind === 'moved' ? '' : `; ${this.#parts.recoveryHint}`}.`,
    );
  }

  async #putBack(group: readonly QueuedWrite[], error: unknown): Promise<void> {
    if (this.#parts.closing.aborted) {
      for (const { done } of group) done.reject(this.#parts.closing.reason);
      return;
    }
    this.#waiting.unshift(...group);
    if (this.#pauseMs === 0 || this.#pauseMs === longestPauseMs) this.#reportFailure(error);
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, firstPauseMs), longestPauseMs);
    const signals = new Set([this.#parts.closing, ...group.map(({ signal }) => signal)]);
    await this.#parts.clock.sleep(this.#pauseMs, AbortSignal.any([...signals])).catch(() => undefined);
  }

  #reportFailure(error: unknown): void {
    const message = `Files in ${this.#parts.folder} cannot be written (${describeError(error)}): nothing is lost, collecting waits. Free disk space, or mend the folder; it is tried again by itself.`;
    this.#parts.log?.error({ error: { message: describeError(error) } }, message);
    this.#parts.onHealth('degraded', message);
  }

  #reportRecovery(): void {
    this.#pauseMs = 0;
    const message = `Files in ${this.#parts.folder} can be written again.`;
    this.#parts.log?.info({}, message);
    this.#parts.onHealth('healthy', message);
  }
}

function rejectAborted(writes: readonly QueuedWrite[]): QueuedWrite[] {
  return writes.filter(({ signal, done }) => {
    if (signal.aborted) done.reject(signal.reason);
    return !signal.aborted;
  });
}
