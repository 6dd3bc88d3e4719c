// One attempt at one content blob: its body is cut into records as it arrives, these leave in batches, and once the last
// batch is settled the attempt is concluded. downloads.ts decides what a failure means for the blob.

import { addCounts, type BatchCounts } from '../../../contract/batch-counts.ts';
import { OperatorError } from '../../../contract/errors.ts';
import type { Origin } from '../../../contract/feed.ts';
import { type Records, recordsOf } from '../../../contract/records.ts';
import type { Batch } from '../../../contract/source.ts';
import type { WorkItem } from '../../../contract/state.ts';
import { isoTime } from '../../../contract/time.ts';
import { excerptOf, type HttpResponse } from '../../../http/exchange.ts';
import { type BodyEnd, RecordSplitter } from '../../../json-stream/record-splitter.ts';
import { OversizedRecords } from '../../tenant/oversized-records.ts';
import { mayHaveBeenSeen } from '../../tenant/seen-before.ts';
import { readApiError } from '../api/api-error.ts';
import { type ContentFeed, feedOf, type Stream } from '../stream.ts';
import type { Reservation } from './reservation.ts';

const batchRecords = 500;
const batchBytes = 512 * 1024;
/** A body that waits this long in all, and brings less than this, is given up for now. */
const patienceMs = 300_000;
const slowestBytesPerSecond = 100;

export interface FetchOutcome {
  /** The fate of the records that left. */
  readonly counts: BatchCounts;
  /** The error that ended the attempt early; undefined when the body was complete. */
  readonly error: unknown;
}

/** The lease ended before the first record could leave: another process has the blob. */
export class TakenOver extends Error {
  constructor() {
    super('Another process has taken the content over.');
  }
}

export interface AttemptParts {
  readonly stream: Stream;
  readonly feed: ContentFeed;
  readonly blob: WorkItem;
  /** See Batch. */
  readonly canWait: boolean;
  /** Free again once the body was read. */
  readonly reservation: Reservation;
  readonly emit: (batch: Batch) => void;
  /**
   * It is called once, when no batch is in flight any more; the settling of the last one waits for it. It is never
   * called after an abort.
   */
  readonly conclude: (outcome: FetchOutcome) => Promise<void>;
}

/** Resolves when the body was read, or failed, or the signal aborted; rejects only with what `conclude` rejects with. */
export async function fetchBlob(parts: AttemptParts, signal: AbortSignal): Promise<void> {
  const attempt = new BlobAttempt(parts);
  let error: unknown;
  try {
    await attempt.read(await parts.stream.api.fetchBlob(parts.feed, parts.blob, signal), signal);
  } catch (failure) {
    error = failure;
  }
  parts.reservation.free();
  await attempt.leaveOversized();
  if (error === undefined || !signal.aborted) await attempt.end(error);
}

class BlobAttempt {
  readonly #parts: AttemptParts;
  readonly #origin: Origin;
  readonly #uncertain: boolean;
  readonly #splitter: RecordSplitter;
  readonly #oversized: OversizedRecords;
  #begun: Promise<void> | undefined;
  #inFlight = 0;
  #ended: { readonly error: unknown } | undefined;
  #counts: BatchCounts = { delivered: 0, duplicate: 0, deadLettered: 0 };

  constructor(parts: AttemptParts) {
    const { stream, feed, blob } = parts;
    this.#parts = parts;
    this.#origin = {
      feed: feedOf(feed.tenant, feed.name),
      position: blob.id,
      createdAt: blob.createdAt,
      fetchedAt: isoTime(stream.environment.clock.now()),
      backfill: blob.backfill,
    };
    // Another ledger or collector may have delivered content older than the ledger's first run, in whichever run it is fetched.
    this.#uncertain = blob.uncertain || blob.backfill || mayHaveBeenSeen(stream, Date.parse(blob.createdAt));
    this.#oversized = new OversizedRecords(stream, this.#origin);
    this.#splitter = new RecordSplitter({
      maximumRecordBytes: stream.options.maximumRecordBytes,
      buffers: stream.environment.shared.buffers,
      onOversized: (piece, last) => this.#oversized.take(piece, last),
    });
  }

  async read(response: HttpResponse, signal: AbortSignal): Promise<void> {
    const { telemetry, clock } = this.#parts.stream.environment;
    const pace = { waitedMs: 0, bytes: 0 };
    let waitingSince = clock.now();
    for await (const chunk of response.body) {
      // It is written while the body comes in, together with what other blobs write in this turn.
      if (pace.bytes === 0) this.#begin().catch(() => {});
      pace.waitedMs += clock.now() - waitingSince;
      pace.bytes += chunk.length;
      telemetry.count(this.#parts.feed, 'bytes_fetched', chunk.length);
      if (isTooSlow(pace)) throw tooSlow();
      this.#splitter.push(chunk);
      if (this.#oversized.isWaiting) await this.#oversized.write();
      const enough = this.#splitter.count >= batchRecords || this.#splitter.bytes >= batchBytes;
      if (enough) await this.#sendSplit(signal);
      if (this.#splitter.isOver) break;
      waitingSince = clock.now();
    }
    await this.#readEnd(this.#splitter.end(), signal);
  }

  async leaveOversized(): Promise<void> {
    await this.#oversized.abandon();
  }

  async end(error: unknown): Promise<void> {
    this.#ended = { error };
    await this.#concludeWhenDone();
  }

  async #readEnd(end: BodyEnd, signal: AbortSignal): Promise<void> {
    if (this.#splitter.count > 0) await this.#sendSplit(signal);
    const single = end.kind === 'foreign' ? readSingleRecord(end) : undefined;
    if (single !== undefined) await this.#send(recordsOf([single]), signal);
    else if (end.kind !== 'complete') throw unfinished(end);
    const kept = await this.#oversized.finish();
    this.#count({ delivered: 0, duplicate: 0, deadLettered: kept });
    this.#logRepairs();
  }

  #sendSplit(signal: AbortSignal): Promise<void> {
    const records = this.#splitter.take();
    return this.#send(records, signal, records.release);
  }

  /** `release`: nobody reads the records any more. */
  async #send(records: Records, signal: AbortSignal, release?: () => void): Promise<void> {
    const { feed, stream, emit, canWait } = this.#parts;
    const bytes = records.bytes.length;
    await this.#hold(bytes, signal);
    try {
      await this.#begin();
      signal.throwIfAborted();
    } catch (error) {
      stream.environment.budget.release(bytes);
      throw error;
    }
    this.#inFlight += 1;
    stream.environment.telemetry.count(feed, 'records_fetched', records.count);
    const taken = stream.backlog.send();
    const settle = (counts: BatchCounts) => {
      taken();
      release?.();
      return this.#settle(bytes, counts);
    };
    // Content of before this ledger may have been sent under another.
    const mayBeOfOthers = this.#origin.backfill;
    emit({ origin: this.#origin, records, uncertain: this.#uncertain, mayBeOfOthers, canWait, settle });
  }

  /** The reservation counts; but nobody waits for room while holding some, or all could wait for each other. */
  async #hold(bytes: number, signal: AbortSignal): Promise<void> {
    const { reservation, stream } = this.#parts;
    if (reservation.spend(bytes)) return;
    reservation.free();
    await stream.environment.budget.acquire(bytes, signal);
  }

  #begin(): Promise<void> {
    const { stream, feed, blob } = this.#parts;
    this.#begun ??= stream.environment.work.begin(feed, blob).then((isHeld) => {
      if (!isHeld) throw new TakenOver();
    });
    return this.#begun;
  }

  async #settle(bytes: number, counts: BatchCounts): Promise<void> {
    this.#parts.stream.environment.budget.release(bytes);
    this.#count(counts);
    this.#inFlight -= 1;
    await this.#concludeWhenDone();
  }

  async #concludeWhenDone(): Promise<void> {
    if (this.#ended === undefined || this.#inFlight > 0) return;
    await this.#parts.conclude({ counts: this.#counts, error: this.#ended.error });
  }

  #count(more: BatchCounts): void {
    this.#counts = addCounts(this.#counts, more);
  }

  #logRepairs(): void {
    const { repaired } = this.#splitter;
    if (repaired === 0) return;
    const { stream, feed, blob } = this.#parts;
    stream.environment.log.warn(
      { m365: { content_type: feed.name, content_id: blob.id, repaired } },
      `${feed.name}: ${repaired} records of a content blob held invalid UTF-8; each such byte became U+FFFD.`,
    );
  }
}

function isTooSlow({ waitedMs, bytes }: { waitedMs: number; bytes: number }): boolean {
  return waitedMs > patienceMs && bytes < (waitedMs / 1000) * slowestBytesPerSecond;
}

function tooSlow(): OperatorError {
  return new OperatorError({
    code: 'slow-body',
    message: 'The content comes too slowly to be of use.',
    advice: 'It is fetched again.',
    retry: { kind: 'later' },
  });
}

/** A lone record without its array. */
function readSingleRecord(end: { readonly text: string; readonly whole: boolean }): string | undefined {
  if (!end.whole) return undefined;
  try {
    const value: unknown = JSON.parse(end.text);
    const isRecord = typeof value === 'object' && value !== null && 'CreationTime' in value && 'Id' in value;
    return isRecord ? end.text.trim() : undefined;
  } catch {
    return undefined;
  }
}

function unfinished(end: Exclude<BodyEnd, { kind: 'complete' }>): OperatorError {
  if (end.kind === 'foreign' && /^\s*\{[\s\S]*error/i.test(end.text))
    return readApiError(end.text, 200, undefined);
  return new OperatorError({
    ...describeUnfinished(end),
    advice: 'It is fetched again.',
    retry: { kind: 'later' },
  });
}

function describeUnfinished(end: Exclude<BodyEnd, { kind: 'complete' }>): { code: string; message: string } {
  switch (end.kind) {
    case 'truncated':
      return { code: 'truncated-body', message: 'The body of the content broke off.' };
    case 'foreign':
      return {
        code: 'not-records',
        message: `The content is no array of records, but: ${excerptOf(end.text)}.`,
      };
    case 'malformed':
      return {
        code: 'malformed-body',
        message: `At byte ${end.at} the content has something between or after its records: ${excerptOf(end.text, 60)}.`,
      };
  }
}
