// Reads one slice of time to its end: page after page, each cut into records as it arrives, which leave in batches. It
// resolves once every batch is settled. feed-poller.ts decides what a failure means.

import { addCounts, type BatchCounts } from '../../../contract/batch-counts.ts';
import { OperatorError } from '../../../contract/errors.ts';
import type { Origin } from '../../../contract/feed.ts';
import type { Batch } from '../../../contract/source.ts';
import { isoTime } from '../../../contract/time.ts';
import type { HttpResponse } from '../../../http/exchange.ts';
import { OversizedRecords } from '../../tenant/oversized-records.ts';
import { mayHaveBeenSeen } from '../../tenant/seen-before.ts';
import { GraphError, readGraphError } from '../api/graph-error.ts';
import { PageSplitter } from '../api/page-splitter.ts';
import type { GraphStream, SlicedFeed } from '../stream.ts';
import { type Slice, writePosition } from './slices.ts';

const batchRecords = 500;
const batchBytes = 512 * 1024;
/** Room that is held until the first records of a page are there. */
const reservedBytes = 128 * 1024;
/** A slice of more pages is read in shorter ones, unless it is of a second. */
const mostPages = 50;
/** A page whose body breaks off is asked for so often. */
const pageAttempts = 3;

export interface SliceReading {
  readonly pages: number;
  /** The records as served, repeated ones as often as they came. */
  readonly records: number;
  readonly counts: BatchCounts;
  /** The text of a Warning header, which says that something is left out. */
  readonly warning: string | undefined;
}

export interface SliceParts {
  readonly stream: GraphStream;
  readonly feed: SlicedFeed;
  readonly slice: Slice;
  readonly backfill: boolean;
  /** True where the slice may take as many pages as it will. */
  readonly isShortest: boolean;
  readonly emit: (batch: Batch) => void;
}

/** Records that are in the output by this reading, and were not before. */
export function countNew({ delivered, deadLettered, there = 0 }: BatchCounts): number {
  return delivered + deadLettered + there;
}

/** Rejects where the slice could not be read whole; what was read of it may have been delivered. */
export async function readSlice(parts: SliceParts, signal: AbortSignal): Promise<SliceReading> {
  return new SliceReader(parts, signal).read();
}

class SliceReader {
  readonly #parts: SliceParts;
  readonly #signal: AbortSignal;
  readonly #origin: Origin;
  readonly #uncertain: boolean;
  #counts: BatchCounts = { delivered: 0, duplicate: 0, deadLettered: 0 };
  #records = 0;
  #pages = 0;
  #warning: string | undefined;
  #inFlight = 0;
  #onSettled: (() => void) | undefined;

  constructor(parts: SliceParts, signal: AbortSignal) {
    const { stream, feed, slice, backfill } = parts;
    this.#parts = parts;
    this.#signal = signal;
    this.#origin = {
      feed: feed.feed,
      position: writePosition(slice),
      createdAt: isoTime(slice.to),
      fetchedAt: isoTime(stream.environment.clock.now()),
      backfill,
    };
    this.#uncertain = backfill || mayHaveBeenSeen(stream, slice.from);
  }

  async read(): Promise<SliceReading> {
    let nextLink: string | undefined;
    let isPartial = false;
    do {
      if (this.#pages >= mostPages && !this.#parts.isShortest) throw tooLarge(this.#origin.position);
      const page = await this.#readPage(nextLink);
      if (page.nextLink !== undefined && page.nextLink === nextLink) throw endless(this.#origin.position);
      ({ nextLink } = page);
      isPartial ||= page.isPartial;
      this.#pages += 1;
    } while (nextLink !== undefined);
    await this.#settled();
    if (isPartial) throw readGraphError('', 206, { permissions: [] });
    const [pages, records, counts, warning] = [this.#pages, this.#records, this.#counts, this.#warning];
    return { pages, records, counts, warning };
  }

  /** The same page is asked for again where its body broke off: what left of it already is recognised. */
  async #readPage(nextLink: string | undefined): Promise<Page> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#tryPage(nextLink);
      } catch (error) {
        if (this.#signal.aborted || attempt >= pageAttempts || !isBrokenOff(error)) throw error;
      }
    }
  }

  async #tryPage(nextLink: string | undefined): Promise<Page> {
    const { stream, feed, slice } = this.#parts;
    const { budget } = stream.environment;
    await stream.backlog.waitForRoom(budget.acquire(reservedBytes, this.#signal));
    const reservation = { held: reservedBytes };
    const free = () => {
      const { held } = reservation;
      reservation.held = 0;
      if (held > 0) budget.release(held);
    };
    try {
      const request = { feed: feed.feed, query: feed.query, slice, nextLink };
      const response = await stream.environment.shared.requestSemaphore.run(
        this.#signal,
        () => stream.api.askPage(request, this.#signal),
        { canWait: this.#origin.backfill },
      );
      this.#warning ??= response.header('warning');
      const next = await this.#readBody(response, free);
      return { nextLink: next, isPartial: response.status === 206 };
    } finally {
      free();
    }
  }

  async #readBody(response: HttpResponse, free: () => void): Promise<string | undefined> {
    const { stream, feed } = this.#parts;
    const oversized = new OversizedRecords(stream, this.#origin);
    const splitter = new PageSplitter({
      maximumRecordBytes: stream.options.maximumRecordBytes,
      buffers: stream.environment.shared.buffers,
      onOversized: (piece, last) => oversized.take(piece, last),
    });
    try {
      for await (const chunk of response.body) {
        stream.environment.telemetry.count(feed.feed, 'bytes_fetched', chunk.length);
        splitter.push(chunk);
        if (oversized.isWaiting) await oversized.write();
        if (splitter.count < batchRecords && splitter.bytes < batchBytes) continue;
        free();
        await this.#send(splitter);
      }
      free();
      if (splitter.count > 0) await this.#send(splitter);
      const end = splitter.end();
      if (end.kind === 'broken') throw brokenPage(end.text, response.status);
      const kept = await oversized.finish();
      this.#records += kept;
      this.#counts = addCounts(this.#counts, { delivered: 0, duplicate: 0, deadLettered: kept });
      return end.nextLink;
    } finally {
      await oversized.abandon();
    }
  }

  async #send(splitter: PageSplitter): Promise<void> {
    const { stream, feed, emit } = this.#parts;
    const { budget, telemetry } = stream.environment;
    const records = splitter.take();
    const bytes = records.bytes.length;
    await stream.backlog.waitForRoom(budget.acquire(bytes, this.#signal));
    this.#inFlight += 1;
    this.#records += records.count;
    telemetry.count(feed.feed, 'records_fetched', records.count);
    const taken = stream.backlog.send();
    const settle = async (counts: BatchCounts) => {
      taken();
      records.release();
      budget.release(bytes);
      this.#counts = addCounts(this.#counts, counts);
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#onSettled?.();
    };
    const canWait = this.#origin.backfill;
    emit({
      origin: this.#origin,
      records,
      uncertain: this.#uncertain,
      mayBeOfOthers: canWait,
      canWait,
      settle,
    });
  }

  /** A batch is never settled when the process is stopping. */
  async #settled(): Promise<void> {
    if (this.#inFlight === 0) return;
    const settled = Promise.withResolvers<void>();
    this.#onSettled = settled.resolve;
    const leave = () => settled.reject(this.#signal.reason);
    this.#signal.addEventListener('abort', leave, { once: true });
    if (this.#signal.aborted) leave();
    await settled.promise.finally(() => this.#signal.removeEventListener('abort', leave));
  }
}

interface Page {
  readonly nextLink: string | undefined;
  /** True where Graph itself says that there is more. */
  readonly isPartial: boolean;
}

function isBrokenOff(error: unknown): boolean {
  return error instanceof OperatorError && !(error instanceof GraphError) && error.retry.kind === 'later';
}

function brokenPage(text: string, status: number): OperatorError {
  if (/^\s*\{\s*"error"/.test(text)) return readGraphError(text, status, { permissions: [] });
  return new OperatorError({
    code: 'broken-page',
    message: 'A page of Graph broke off, or is none.',
    advice: 'It is asked for again.',
    retry: { kind: 'later' },
  });
}

function tooLarge(position: string): OperatorError {
  return new OperatorError({
    code: 'slice-too-large',
    message: `The slice ${position} has more than ${mostPages} pages.`,
    advice: 'It is read in shorter ones.',
    retry: { kind: 'never' },
    needsOperator: false,
  });
}

function endless(position: string): OperatorError {
  return new OperatorError({
    code: 'endless-listing',
    message: `A page of the slice ${position} names itself as the next one.`,
    advice: 'The slice is read again from its first page.',
    retry: { kind: 'later' },
  });
}
