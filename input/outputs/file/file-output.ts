// The file output writes NDJSON files into a folder, one series per data stream: no server is needed, and every document
// still stands there once. The ledger says how much of each file counts; line.ts makes the lines.

import { resolve } from 'node:path';
import type { Clock } from '../../contract/clock.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Output, OutputDocument, WriteOptions, WriteReport } from '../../contract/output.ts';
import type { DeliveryLedger } from '../../contract/state.ts';
import { dayMs, isoTime } from '../../contract/time.ts';
import { type OpenFile, openOwnedFile } from '../../files/durable-file.ts';
import { FileSeries } from '../../files/file-series.ts';
import { type FolderLock, lockFolder } from '../../files/folder-lock.ts';
import { createOwnedFolder } from '../../files/owned-files.ts';
import { SeriesWriter } from '../../files/series-writer.ts';
import { type AdoptedFile, adoptFiles } from './adopt-files.ts';
import { lineBuffers } from './line-buffers.ts';
import { type FileOptions, fileDefaults } from './options.ts';

export interface FileOutputParts {
  readonly ledger: DeliveryLedger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when writing to the disk fails, and when it works again. */
  readonly onHealth?: (health: 'healthy' | 'degraded', message: string) => void;
  readonly openFile?: OpenFile;
}

export function fileOutput(options: FileOptions, parts: FileOutputParts): Output {
  return new FileOutput(options, parts);
}

const rememberedMs = 8 * dayMs;

class FileOutput implements Output {
  readonly name: string;
  /** A batch is written to the disk while the next is made. */
  readonly batchesAhead = 2;
  readonly #folder: string;
  readonly #rotateBytes: number;
  readonly #rotateIntervalMs: number;
  readonly #parts: FileOutputParts;
  readonly #closing = new AbortController();
  readonly #writers = new Map<string, SeriesWriter>();
  readonly #writeLines = lineBuffers();
  #existing: readonly AdoptedFile[] = [];
  #lock: FolderLock | undefined;

  constructor(options: FileOptions, parts: FileOutputParts) {
    this.#folder = resolve(options.path);
    this.#rotateBytes = options.rotateBytes ?? fileDefaults.rotateBytes;
    this.#rotateIntervalMs = options.rotateIntervalMs ?? fileDefaults.rotateIntervalMs;
    this.#parts = parts;
    this.name = `file ${this.#folder}`;
  }

  async open(): Promise<void> {
    const { ledger, log, clock } = this.#parts;
    this.#lock = this.#takeFolder();
    const begunSince = clock.now() - rememberedMs - this.#rotateIntervalMs;
    try {
      this.#existing = await adoptFiles({ folder: this.#folder, ledger, log, begunSince });
    } catch (error) {
      this.#lock.release();
      throw error instanceof OperatorError ? error : unreadableError(this.#folder, error);
    }
  }

  async write(documents: readonly OutputDocument[], { signal }: WriteOptions): Promise<WriteReport> {
    signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const [first] = documents;
    if (!first) return report(0);
    if (documents.some(({ dataStream }) => dataStream !== first.dataStream)) {
      throw new RangeError('a write holds more than one data stream');
    }
    const lines = this.#writeLines(documents, isoTime(this.#parts.clock.now()));
    try {
      const fileLength = await this.#writer(first.dataStream).write(lines.buffer, signal);
      return { ...report(documents.length), fileLength };
    } finally {
      lines.release();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError(this.#folder));
    for (const writer of this.#writers.values()) await writer.close();
    this.#lock?.release();
  }

  #takeFolder(): FolderLock {
    createOwnedFolder(this.#folder);
    return lockFolder(this.#folder, 'output folder', this.#parts.clock.now());
  }

  /** Makes the folder again that somebody removed, with the lock that went with it. */
  #restoreFolder(): void {
    this.#lock?.release();
    this.#lock = undefined;
    this.#lock = this.#takeFolder();
  }

  #writer(dataStream: string): SeriesWriter {
    const known = this.#writers.get(dataStream);
    if (known) return known;
    const { clock, log, openFile = openOwnedFile, onHealth = () => undefined } = this.#parts;
    const newest = this.#existing.findLast(({ name }) => name.series === dataStream);
    const series = new FileSeries(dataStream, newest?.isSound ? newest : undefined, {
      folder: this.#folder,
      rotateBytes: this.#rotateBytes,
      rotateIntervalMs: this.#rotateIntervalMs,
      now: () => clock.now(),
      openFile,
      restoreFolder: () => this.#restoreFolder(),
    });
    const closing = this.#closing.signal;
    const recoveryHint = 'to have it again: m365 replay window --again';
    const writer = new SeriesWriter(series, {
      folder: this.#folder,
      clock,
      log,
      recoveryHint,
      onHealth,
      closing,
    });
    this.#writers.set(dataStream, writer);
    return writer;
  }
}

function report(delivered: number): WriteReport {
  return { delivered, duplicate: 0, possiblyDuplicate: 0, rejected: [] };
}

function unreadableError(folder: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'output-folder-unusable',
    message: `The files in the output folder ${folder} cannot be read or cut: ${describeError(cause)}.`,
    advice: 'Let the user who runs this own the folder and the files in it.',
    retry: { kind: 'never' },
    cause,
  });
}

function closedError(folder: string): OperatorError {
  return new OperatorError({
    code: 'output-closed',
    message: `The output folder ${folder} is closed.`,
    advice: 'What was not acknowledged is delivered after the next start.',
    retry: { kind: 'never' },
  });
}
