// Records too large to hold go to the dead letters as they come. They are kept only once the body is whole: what broke
// off is fetched again, and would be kept twice.

import type { DeadLetterStream, Origin } from '../../contract.ts';
import type { Stream } from './stream.ts';

export class OversizedRecords {
  readonly #stream: Stream;
  readonly #origin: Origin;
  #pieces: { readonly bytes: Uint8Array; readonly last: boolean }[] = [];
  #open: DeadLetterStream | undefined;
  #written: DeadLetterStream[] = [];

  constructor(stream: Stream, origin: Origin) {
    this.#stream = stream;
    this.#origin = origin;
  }

  /** Called by the splitter, which does not wait. */
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
      this.#open ??= await this.#start();
      await this.#open.write(bytes);
      if (!last) continue;
      this.#written.push(this.#open);
      this.#open = undefined;
    }
  }

  /** Resolves when all are on disk, with how many they were. */
  async finish(): Promise<number> {
    const written = this.#written;
    this.#written = [];
    for (const letter of written) await letter.finish();
    const { telemetry } = this.#stream.environment;
    if (written.length > 0) {
      telemetry.count(this.#origin, 'records_fetched', written.length);
      telemetry.count(this.#origin, 'records_dead_lettered', written.length);
    }
    return written.length;
  }

  /** Drops what was not finished. */
  async abandon(): Promise<void> {
    const letters = this.#open === undefined ? this.#written : [...this.#written, this.#open];
    this.#written = [];
    this.#open = undefined;
    for (const letter of letters) await letter.abandon();
  }

  #start(): Promise<DeadLetterStream> {
    const limit = this.#stream.options.maximumRecordBytes;
    const reason = `the record is larger than maximum_record_size (${limit} bytes)`;
    return this.#stream.environment.deadLetters.stream(this.#origin, reason);
  }
}
