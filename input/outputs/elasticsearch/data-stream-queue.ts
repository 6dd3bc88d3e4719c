// The queue of documents for one data stream: gathers them into bulk requests, backs off after a failure, and lets one
// request try before the others follow. Each data stream has two of its own, so that one that cannot be written to stops
// no other: one queue for new documents, and one for those that can wait, which may be many.

import type { Semaphore } from '../../concurrency/semaphore.ts';
import type { Clock } from '../../contract/clock.ts';
import { afterTries } from '../../contract/errors.ts';
import { backOff } from '../../http/back-off.ts';
import type { DeliverDocuments, DeliveryResult } from './delivery.ts';
import type { ElasticsearchError } from './errors/elasticsearch-error.ts';
import type { PendingDocument } from './pending-write.ts';

export interface DataStreamQueueSettings {
  readonly bulkMaxBytes: number;
  readonly flushIntervalMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
}

export interface DataStreamQueueEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly requestSlots: Pick<Semaphore, 'acquire'>;
  readonly deliver: DeliverDocuments;
  /** Aborts when the output closes. */
  readonly closed: AbortSignal;
  /** False in a run that collects once, which ends over a data stream that takes nothing for long. */
  readonly mayWait: boolean;
  /** Called after each request; `failure` is undefined when it went through. */
  reportHealth(dataStream: string, failure: ElasticsearchError | undefined, queue: unknown): void;
}

/** A run that collects once gives up after this many failed requests in a row: fewer where only a person can help. */
const attemptsOnce = { needsOperator: 3, passing: 8 };

// An abort without a reason would make an exception with a stack each time.
const enough = 'enough for a request';

export class DataStreamQueue {
  readonly dataStream: string;
  readonly #settings: DataStreamQueueSettings;
  readonly #environment: DataStreamQueueEnvironment;
  readonly #queue = new DocumentQueue();
  #maxBytes: number;
  #isSending = false;
  /** Ends the wait for more documents; undefined while there is none. */
  #gathering: AbortController | undefined;
  #failures = 0;
  /** The number of failures in a row that settled nothing. */
  #failuresWithoutProgress = 0;
  #resumeAt = 0;

  constructor(
    dataStream: string,
    settings: DataStreamQueueSettings,
    environment: DataStreamQueueEnvironment,
  ) {
    this.dataStream = dataStream;
    this.#settings = settings;
    this.#environment = environment;
    this.#maxBytes = settings.bulkMaxBytes;
    environment.closed.addEventListener('abort', () => this.#endGathering(), { once: true });
  }

  add(entry: PendingDocument): void {
    this.#queue.add(entry);
    if (this.#gathering && !this.#isBelowRequestSize()) this.#endGathering();
    this.#start();
  }

  dropCancelled(): void {
    this.#queue.dropCancelled();
  }

  #start(): void {
    if (this.#isSending || this.#queue.isEmpty || this.#environment.closed.aborted) return;
    this.#isSending = true;
    void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    try {
      while (!this.#queue.isEmpty) {
        await this.#gather();
        await this.#sendNext();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isSending = false;
    }
  }

  /** Rejects the writes of these documents and of all that are queued; the queue itself goes on with what comes. */
  #fail(error: unknown, portion: readonly PendingDocument[] = []): void {
    // Closing ends every wait, and has rejected the writes already.
    if (this.#environment.closed.aborted) return;
    for (const { write } of [...portion, ...this.#queue.drain()]) write.cancel(error);
  }

  /** Waits until there is enough for a request, or nothing more has come for a while. */
  async #gather(): Promise<void> {
    const { clock, closed } = this.#environment;
    const { flushIntervalMs } = this.#settings;
    const since = clock.now();
    while (this.#isBelowRequestSize() && clock.now() - since < flushIntervalMs) {
      const before = this.#queue.added;
      this.#gathering = new AbortController();
      const { signal } = this.#gathering;
      await clock.sleep(Math.ceil(flushIntervalMs / 10), signal).catch(() => closed.throwIfAborted());
      if (this.#queue.added === before) return;
    }
  }

  #endGathering(): void {
    this.#gathering?.abort(enough);
    this.#gathering = undefined;
  }

  #isBelowRequestSize(): boolean {
    return !this.#queue.hasPortions && this.#queue.bytes < this.#maxBytes;
  }

  async #sendNext(): Promise<void> {
    const { requestSlots, clock, closed } = this.#environment;
    const waitMs = this.#resumeAt - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, closed);
    const release = await requestSlots.acquire();
    // Another request of this queue may have failed while this one waited for its slot.
    const mayGo = !closed.aborted && this.#resumeAt <= clock.now();
    const portion = mayGo ? this.#queue.take(this.#maxBytes) : [];
    const attempt = this.#attempt(portion)
      .catch((error: unknown) => this.#fail(error, portion))
      .finally(release);
    if (this.#failures > 0) await attempt;
    closed.throwIfAborted();
  }

  async #attempt(portion: readonly PendingDocument[]): Promise<void> {
    if (portion.length === 0) return;
    const { deliver, closed } = this.#environment;
    const failuresBefore = this.#failuresWithoutProgress;
    const result = await deliver(this.dataStream, portion, closed);
    if (closed.aborted) return;
    const { resend, resendLater, resendApart, maximumBytes } = result;
    if (maximumBytes !== undefined) this.#maxBytes = Math.min(this.#maxBytes, maximumBytes);
    this.#queue.putBack(resend);
    for (const each of resendApart) this.#queue.keepApart(each);
    this.#recordResult(result, failuresBefore);
    if (resendLater.length > 0)
      void this.#putBackLater(resendLater).catch((error: unknown) => this.#fail(error, resendLater));
    this.#start();
  }

  #recordResult({ failure, accepted, settled }: DeliveryResult, failuresBefore: number): void {
    const { reportHealth, mayWait } = this.#environment;
    if (!failure) this.#failures = 0;
    // A request that is sent again in halves makes progress by itself, and the server is well.
    else if (failure.remedy === 'again') this.#backOff(failure);
    if (failure || accepted) reportHealth(this.dataStream, failure, this);
    // Requests that went together count once, as they do for each of their documents.
    this.#failuresWithoutProgress = settled ? 0 : Math.max(this.#failuresWithoutProgress, failuresBefore + 1);
    if (failure?.remedy !== 'again' || mayWait) return;
    const attempts = failure.needsOperator ? attemptsOnce.needsOperator : attemptsOnce.passing;
    if (this.#failuresWithoutProgress >= attempts)
      this.#fail(afterTries(failure, this.#failuresWithoutProgress));
  }

  #backOff(failure: ElasticsearchError): void {
    const { clock } = this.#environment;
    this.#failures += 1;
    const waitMs = Math.max(this.#delayAfter(this.#failures), failure.retryAfterMs ?? 0);
    this.#resumeAt = Math.max(this.#resumeAt, clock.now() + waitMs);
  }

  #delayAfter(failures: number): number {
    const { backoffFirstMs: firstMs, backoffMostMs: mostMs } = this.#settings;
    return backOff(failures - 1, { firstMs, mostMs }, this.#environment.random);
  }

  /** Puts documents back that fail while others are taken: they come back in time, and hold nothing up. */
  async #putBackLater(documents: readonly PendingDocument[]): Promise<void> {
    const { clock, closed } = this.#environment;
    const failures = Math.max(...documents.map((entry) => entry.failures));
    await clock.sleep(this.#delayAfter(failures), closed).catch(() => undefined);
    this.#queue.putBack(documents);
    this.#start();
  }
}

/** The documents that wait for a request, in order. */
class DocumentQueue {
  bytes = 0;
  /** The number of documents ever added; those that come back do not count. */
  added = 0;
  #entries: PendingDocument[] = [];
  #portions: (readonly PendingDocument[])[] = [];

  get isEmpty(): boolean {
    return this.#portions.length === 0 && this.#entries.length === 0;
  }

  get hasPortions(): boolean {
    return this.#portions.length > 0;
  }

  add(entry: PendingDocument): void {
    this.#entries.push(entry);
    this.bytes += entry.bytes;
    this.added += 1;
  }

  /** Puts documents in front of everything newer, to be sent again. */
  putBack(entries: readonly PendingDocument[]): void {
    if (entries.length === 0) return;
    this.#entries = [...entries, ...this.#entries];
    this.bytes += sumBytes(entries);
  }

  /** Keeps documents together that are to be sent as one request, with nothing else. */
  keepApart(portion: readonly PendingDocument[]): void {
    this.#portions.push(portion);
  }

  /** Takes the documents of the next request: as many as fit into `maxBytes`, at least one; none when all were cancelled. */
  take(maxBytes: number): readonly PendingDocument[] {
    const portion = this.#portions.shift() ?? this.#takeInOrder(maxBytes);
    return portion.some(isCancelled) ? portion.filter(isWanted) : portion;
  }

  #takeInOrder(maxBytes: number): readonly PendingDocument[] {
    let count = 0;
    let bytes = 0;
    for (const entry of this.#entries) {
      if (count > 0 && bytes + entry.bytes > maxBytes) break;
      bytes += entry.bytes;
      count += 1;
    }
    this.bytes -= bytes;
    const portion = this.#entries.slice(0, count);
    this.#entries = this.#entries.slice(count);
    return portion;
  }

  /** Takes every document that waits. */
  drain(): readonly PendingDocument[] {
    const all = [...this.#portions.flat(), ...this.#entries];
    this.#portions = [];
    this.#entries = [];
    this.bytes = 0;
    return all;
  }

  /** Drops cancelled documents, which must not be held while a data stream cannot be written to. */
  dropCancelled(): void {
    this.#entries = this.#entries.filter(isWanted);
    this.bytes = sumBytes(this.#entries);
    this.#portions = this.#portions
      .map((portion) => portion.filter(isWanted))
      .filter(({ length }) => length > 0);
  }
}

function isWanted({ write }: PendingDocument): boolean {
  return !write.cancelled;
}

function isCancelled({ write }: PendingDocument): boolean {
  return write.cancelled;
}

function sumBytes(entries: readonly PendingDocument[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}
