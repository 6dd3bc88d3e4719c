// One attempt at one content blob: its body is cut into records as it arrives, these leave in batches, and when the last
// batch is settled and the body ended as it should, the blob is acknowledged.

import type { Batch, BatchCounts, DeadLetterStream, LedgerBlob, Origin } from '../../contract.ts';
import { OperatorError } from '../../errors.ts';
import { excerptOf, type HttpResponse } from '../../http/exchange.ts';
import { readApiError } from './api-error.ts';
import { type BodyEnd, RecordSplitter } from './split-records.ts';
import { type ContentScope, isoTime, type Stream } from './stream.ts';

const batchRecords = 500;
const batchBytes = 512 * 1024;

export interface Attempt {
  /** Resolves when no batch of the attempt is in flight any more, with their counts; never when the process stops first. */
  readonly settled: Promise<BatchCounts>;
  /** What ended the attempt early; undefined when the body was complete. */
  readonly error: unknown;
}

/** Never rejects; the attempt says what went wrong. */
export async function fetchBlob(
  stream: Stream,
  scope: ContentScope,
  blob: LedgerBlob,
  emit: (batch: Batch) => void,
  signal: AbortSignal,
): Promise<Attempt> {
  const attempt = new BlobAttempt(stream, scope, blob, emit);
  try {
    const response = await stream.api.fetchBlob(scope, blob, signal);
    await attempt.read(response, signal);
    return attempt.finish(undefined);
  } catch (error) {
    return attempt.finish(error);
  }
}

class BlobAttempt {
  readonly #stream: Stream;
  readonly #scope: ContentScope;
  readonly #blob: LedgerBlob;
  readonly #emit: (batch: Batch) => void;
  readonly #origin: Origin;
  readonly #uncertain: boolean;
  readonly #splitter: RecordSplitter;
  readonly #pieces: { bytes: Uint8Array; last: boolean }[] = [];
  readonly #letters: DeadLetterStream[] = [];
  #letter: DeadLetterStream | undefined;
  #begun = false;
  #inFlight = 0;
  #ended = false;
  #counts: BatchCounts = { delivered: 0, duplicate: 0, deadLettered: 0 };
  readonly #settled = Promise.withResolvers<BatchCounts>();

  constructor(stream: Stream, scope: ContentScope, blob: LedgerBlob, emit: (batch: Batch) => void) {
    const { options, environment, startedAt } = stream;
    this.#stream = stream;
    this.#scope = scope;
    this.#blob = blob;
    this.#emit = emit;
    this.#origin = {
      tenantId: scope.tenantId,
      contentType: scope.contentType,
      contentId: blob.contentId,
      contentCreated: blob.contentCreated,
      fetchedAt: isoTime(environment.clock.now()),
      backfill: blob.backfill,
    };
    this.#uncertain =
      blob.uncertain || (environment.uncleanStart && !(Date.parse(blob.contentCreated) >= startedAt));
    this.#splitter = new RecordSplitter({
      maximumRecordBytes: options.maximumRecordBytes,
      onOversized: (bytes, last) => this.#pieces.push({ bytes, last }),
    });
  }

  async read(response: HttpResponse, signal: AbortSignal): Promise<void> {
    const { telemetry } = this.#stream.environment;
    for await (const chunk of response.body) {
      telemetry.count(this.#scope, 'bytes_fetched', chunk.length);
      this.#splitter.push(chunk);
      if (this.#pieces.length > 0) await this.#keepOversized();
      if (this.#splitter.count >= batchRecords || this.#splitter.bytes >= batchBytes)
        await this.#sendBatch(signal);
      if (this.#splitter.isOver) break;
    }
    await this.#readEnd(this.#splitter.end(), signal);
  }

  finish(error: unknown): Attempt {
    this.#ended = true;
    if (this.#inFlight === 0) this.#settled.resolve(this.#counts);
    return { settled: this.#settled.promise, error };
  }

  async #readEnd(end: BodyEnd, signal: AbortSignal): Promise<void> {
    const single = end.kind === 'foreign' ? singleRecord(end) : undefined;
    if (this.#splitter.count > 0) await this.#sendBatch(signal);
    if (single !== undefined) await this.#send([single], Buffer.byteLength(single), signal);
    const complete = end.kind === 'complete' || single !== undefined;
    await this.#closeLetters(complete);
    if (!complete) throw unfinished(end);
    this.#noteRepairs();
  }

  async #sendBatch(signal: AbortSignal): Promise<void> {
    const bytes = this.#splitter.bytes;
    await this.#send(this.#splitter.take(), bytes, signal);
  }

  async #send(records: readonly string[], bytes: number, signal: AbortSignal): Promise<void> {
    const { budget, ledger, telemetry } = this.#stream.environment;
    await budget.acquire(bytes, signal);
    if (!this.#begun) await ledger.begin(this.#scope, this.#blob.contentId);
    this.#begun = true;
    this.#inFlight += 1;
    telemetry.count(this.#scope, 'records_fetched', records.length);
    const settle = (counts: BatchCounts) => this.#settle(bytes, counts);
    this.#emit({ origin: this.#origin, records, bytes, uncertain: this.#uncertain, settle });
  }

  async #settle(bytes: number, counts: BatchCounts): Promise<void> {
    this.#stream.environment.budget.release(bytes);
    this.#count(counts);
    this.#inFlight -= 1;
    if (this.#ended && this.#inFlight === 0) this.#settled.resolve(this.#counts);
  }

  #count(more: BatchCounts): void {
    this.#counts = {
      delivered: this.#counts.delivered + more.delivered,
      duplicate: this.#counts.duplicate + more.duplicate,
      deadLettered: this.#counts.deadLettered + more.deadLettered,
    };
  }

  async #keepOversized(): Promise<void> {
    for (const { bytes, last } of this.#pieces.splice(0)) {
      this.#letter ??= await this.#openLetter();
      await this.#letter.write(bytes);
      if (!last) continue;
      this.#letters.push(this.#letter);
      this.#letter = undefined;
    }
  }

  #openLetter(): Promise<DeadLetterStream> {
    const limit = this.#stream.options.maximumRecordBytes;
    const reason = `the record is larger than maximum_record_size (${limit} bytes)`;
    return this.#stream.environment.deadLetters.stream(this.#origin, reason);
  }

  /** Kept only once the body is whole: what broke off is fetched again, and would be kept twice. */
  async #closeLetters(complete: boolean): Promise<void> {
    const { telemetry } = this.#stream.environment;
    for (const letter of this.#letters.splice(0)) {
      await (complete ? letter.finish() : letter.abandon());
      if (!complete) continue;
      this.#count({ delivered: 0, duplicate: 0, deadLettered: 1 });
      telemetry.count(this.#scope, 'records_fetched');
      telemetry.count(this.#scope, 'records_dead_lettered');
    }
    await this.#letter?.abandon();
    this.#letter = undefined;
  }

  #noteRepairs(): void {
    const { repaired } = this.#splitter;
    if (repaired === 0) return;
    this.#stream.environment.log.warn(
      { m365: { content_type: this.#scope.contentType, content_id: this.#blob.contentId, repaired } },
      `${repaired} records of a content blob held invalid UTF-8; each such byte was replaced by U+FFFD.`,
    );
  }
}

/** A lone record without its array. */
function singleRecord(end: { readonly text: string; readonly whole: boolean }): string | undefined {
  const text = end.text.trim();
  if (!end.whole || !text.startsWith('{') || !text.endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isRecord = typeof value === 'object' && value !== null && 'CreationTime' in value && 'Id' in value;
    return isRecord ? text : undefined;
  } catch {
    return undefined;
  }
}

function unfinished(end: BodyEnd): unknown {
  if (end.kind === 'foreign' && /^\s*\{[\s\S]*error/i.test(end.text))
    return readApiError(end.text, 200, undefined);
  const told = {
    truncated: { code: 'truncated-body', message: 'The body of the content broke off.' },
    foreign: {
      code: 'not-records',
      message: `The content is no array of records, but: ${end.kind === 'foreign' ? excerptOf(end.text) : ''}.`,
    },
    malformed: {
      code: 'malformed-body',
      message: `The content has something between or after its records that does not belong there${end.kind === 'malformed' ? ` (byte ${end.at}: ${excerptOf(end.text, 60)})` : ''}.`,
    },
    complete: { code: 'not-records', message: '' },
  }[end.kind];
  return new OperatorError({ ...told, advice: 'It is fetched again.', retry: { kind: 'later' } });
}
