// Sends records too large to hold to the dead letters as they come, up to a bound. They are kept only once the body is
// whole: a body that broke off is fetched again, and its records would be kept twice.

import type { DeadLetterStream } from '../../contract/dead-letters.ts';
import type { Origin } from '../../contract/feed.ts';
import type { SourceEnvironment } from '../../contract/source.ts';

/** More than maximum_record_size may ever be: a record that was cut is never replayed as if it were whole. */
const keptBytes = 64 * 1024 * 1024;

interface Letter {
  readonly stream: DeadLetterStream;
  /** The size of the record, kept or not. */
  bytes: number;
}

/** As much of a stream as says how large a record may be, and where a larger one goes. */
export interface LimitedStream {
  readonly environment: Pick<SourceEnvironment, 'deadLetters' | 'telemetry' | 'log'>;
  readonly options: { readonly maximumRecordBytes: number };
}

export class OversizedRecords {
  readonly #environment: Pick<SourceEnvironment, 'deadLetters' | 'telemetry' | 'log'>;
  readonly #maximumRecordBytes: number;
  readonly #origin: Origin;
  #pieces: { readonly bytes: Uint8Array; readonly last: boolean }[] = [];
  #open: Letter | undefined;
  #written: Letter[] = [];

  constructor({ environment, options }: LimitedStream, origin: Origin) {
    this.#environment = environment;
    this.#maximumRecordBytes = options.maximumRecordBytes;
    this.#origin = origin;
  }

  /** The splitter calls it, and does not wait. */
  take(bytes: Uint8Array, last: boolean): void {
    this.#pieces.push({ bytes, last });
  }

  /** Something was taken that is not written yet. */
  get isWaiting(): boolean {
    return this.#pieces.length > 0;
  }

  /** Writes what was taken. */
  async write(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const { bytes, last } of pieces) {
      this.#open ??= { stream: await this.#environment.deadLetters.stream(this.#origin), bytes: 0 };
      const letter = this.#open;
      const room = keptBytes - letter.bytes;
      if (room > 0) await letter.stream.write(bytes.subarray(0, room));
      letter.bytes += bytes.length;
      if (!last) continue;
      this.#written.push(letter);
      this.#open = undefined;
    }
  }

  /** Resolves when all are on disk, with how many they were. */
  async finish(): Promise<number> {
    const written = this.#written;
    this.#written = [];
    for (const { stream, bytes } of written) {
      await stream.finish(this.#reasonFor(bytes));
      if (bytes > keptBytes) this.#reportCut(bytes);
    }
    const { telemetry } = this.#environment;
    if (written.length > 0) {
      telemetry.count(this.#origin.feed, 'records_fetched', written.length);
      telemetry.count(this.#origin.feed, 'records_dead_lettered', written.length);
    }
    return written.length;
  }

  /** Drops what was not finished. */
  async abandon(): Promise<void> {
    const letters = this.#open === undefined ? this.#written : [...this.#written, this.#open];
    this.#written = [];
    this.#open = undefined;
    for (const { stream } of letters) await stream.abandon();
  }

  #reasonFor(bytes: number): string {
    const limit = this.#maximumRecordBytes;
    const reason = `the record is larger than maximum_record_size (${limit} bytes)`;
    return bytes > keptBytes ? `${reason}; ${describeCut(bytes)}` : reason;
  }

  #reportCut(bytes: number): void {
    const { feed, position } = this.#origin;
    const { tenant, name } = feed;
    this.#environment.log.error(
      { organization: { id: tenant }, m365: { content_type: name, content_id: position } },
      `${name}: a record is too large even for the dead letters: ${describeCut(bytes)}.`,
    );
  }
}

function describeCut(bytes: number): string {
  return `of its ${bytes} bytes the first ${keptBytes} are kept, ${bytes - keptBytes} were cut`;
}
