// Fetches the content that is listed and due: new content before all that is old, content types in turn, a bounded
// number at once. The order within a content type is feed-queue.ts. A blob whose attempt failed is tried again until
// Microsoft's date for it has passed.

import { WakeableSleep } from '../../../concurrency/wakeable-sleep.ts';
import { describeError, OperatorError, waitAskedBy } from '../../../contract/errors.ts';
import type { Batch } from '../../../contract/source.ts';
import type { WorkItem } from '../../../contract/state.ts';
import { hourMs, isoTime } from '../../../contract/time.ts';
import { backOff } from '../../../http/back-off.ts';
import { throttling } from '../api/api.ts';
import type { ContentFeed, Stream } from '../stream.ts';
import { ContentTroubles } from './content-troubles.ts';
import { FeedQueue } from './feed-queue.ts';
import { type FetchOutcome, fetchBlob, TakenOver } from './fetch-blob.ts';
import { Reservation } from './reservation.ts';

const firstRetryMs = 1000;
const lastRetryMs = hourMs;
/** A run with `once` waits no longer for a blob to come due: the rest is reported and left for the next run. */
const onceWaitsMs = 60_000;
/** The pause after a fault of our own, such as a full disk. */
const ownFaultPauseMs = 10_000;

interface Download {
  readonly queue: FeedQueue;
  readonly blob: WorkItem;
  readonly reservation: Reservation;
  /** The ticket of the tenant's gate. */
  readonly ticket: number;
}

export class Downloads {
  readonly #stream: Stream;
  readonly #emit: (batch: Batch) => void;
  readonly #queues: readonly FeedQueue[];
  readonly #news: WakeableSleep;
  readonly #fetching = new Set<Promise<void>>();
  #fetchingOld = 0;
  #turn = 0;
  #listingDone = false;

  constructor(stream: Stream, feeds: readonly ContentFeed[], emit: (batch: Batch) => void) {
    this.#stream = stream;
    this.#emit = emit;
    this.#news = new WakeableSleep(stream.environment.clock);
    this.#queues = feeds.map((feed) => new FeedQueue(stream, feed, new ContentTroubles(stream, feed)));
  }

  /** New content was listed: what was read ahead may no longer be the newest. */
  onListed(contentType: string): void {
    this.#queues.find(({ feed }) => feed.name === contentType)?.refresh();
    this.#news.wake();
  }

  /** No more will be listed: `run` ends when nothing is left that can be had soon. */
  onListingDone(): void {
    this.#listingDone = true;
    this.#news.wake();
  }

  /** Ends with the signal, when no body is being read any more; or as `onListingDone` says. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await this.#step(signal)));
    } finally {
      await Promise.all(this.#fetching);
    }
  }

  /** False when there is nothing more to do. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const ticket = await this.#stream.gate.pass(signal);
    if (this.#fetching.size >= this.#stream.options.concurrentBlobs) {
      await this.#news.sleep(undefined, signal);
      return true;
    }
    if ((await this.#next()) !== undefined) {
      await this.#fetchNext(ticket, signal);
      return true;
    }
    const wait = await this.#untilDue();
    if (this.#isFinished(wait)) {
      for (const { troubles } of this.#queues) await troubles.reportLeft();
      return false;
    }
    await this.#news.sleep(wait, signal);
    return true;
  }

  /** The blob is chosen when there is room for it: one that came meanwhile may be newer. */
  async #fetchNext(ticket: number, signal: AbortSignal): Promise<void> {
    const { environment, backlog } = this.#stream;
    const reservation = await backlog.waitForRoom(Reservation.make(environment.budget, signal));
    const queue = await this.#next();
    const blob = queue?.take();
    if (queue === undefined || blob === undefined) return reservation.free();
    this.#turn = this.#queues.indexOf(queue) + 1;
    this.#launch({ queue, blob, reservation, ticket }, signal);
  }

  #launch(download: Download, signal: AbortSignal): void {
    const { queue, blob, reservation } = download;
    const old = this.#isNew(blob) ? 0 : 1;
    this.#fetchingOld += old;
    const running = this.#fetch(download, signal)
      .catch((error: unknown) => this.#ownFault(queue, blob, error, signal))
      .finally(() => {
        reservation.free();
        this.#fetching.delete(running);
        this.#fetchingOld -= old;
        this.#news.wake();
      });
    this.#fetching.add(running);
  }

  #isFinished(wait: number | undefined): boolean {
    const idle = this.#queues.every((queue) => queue.isIdle);
    return (
      this.#listingDone && idle && this.#fetching.size === 0 && (wait === undefined || wait > onceWaitsMs)
    );
  }

  /**
   * The content type whose turn it is among those that have something new; else among all, as long as one place is left
   * for what may come.
   */
  async #next(): Promise<FeedQueue | undefined> {
    const mayBeOld = this.#fetchingOld < Math.max(1, this.#stream.options.concurrentBlobs - 1);
    const queues = this.#queues.map((_, index) => this.#queues[(this.#turn + index) % this.#queues.length]);
    let old: FeedQueue | undefined;
    for (const queue of queues) {
      const blob = await queue?.peek();
      if (queue === undefined || blob === undefined) continue;
      if (this.#isNew(blob)) return queue;
      old ??= queue;
    }
    return mayBeOld ? old : undefined;
  }

  /** Returns true for content within the reach of each poll. */
  #isNew({ createdAt }: WorkItem): boolean {
    return Date.parse(createdAt) >= this.#stream.skew.now() - this.#stream.options.overlapMs;
  }

  /** Milliseconds until something waiting is due; undefined when nothing waits. */
  async #untilDue(): Promise<number | undefined> {
    const times = await Promise.all(this.#queues.map((queue) => queue.nextDueAt()));
    const known = times.filter((time) => time !== undefined);
    return known.length === 0
      ? undefined
      : Math.max(1, Math.min(...known) - this.#stream.environment.clock.now());
  }

  async #fetch({ queue, blob, reservation, ticket }: Download, signal: AbortSignal): Promise<void> {
    if (await this.#endIfExpired(queue, blob)) return queue.release(blob);
    const conclude = async (outcome: FetchOutcome) => {
      await this.#conclude(queue, blob, outcome, ticket);
      queue.release(blob);
      this.#news.wake();
    };
    const shared = { stream: this.#stream, emit: this.#emit };
    const canWait = !this.#isNew(blob);
    const parts = { ...shared, feed: queue.feed, blob, canWait, reservation, conclude };
    await this.#stream.environment.shared.requestSemaphore.run(signal, () => fetchBlob(parts, signal), {
      canWait,
    });
  }

  async #conclude(
    queue: FeedQueue,
    blob: WorkItem,
    { counts, error }: FetchOutcome,
    ticket: number,
  ): Promise<void> {
    const { work, telemetry, clock } = this.#stream.environment;
    if (error !== undefined) return this.#handleFailure(queue, blob, error, ticket);
    if (!(await work.settle(queue.feed, blob, counts, clock.now()))) return this.#logTakenOver(queue, blob);
    telemetry.count(queue.feed, 'items_fetched');
    telemetry.count(queue.feed, 'items_acknowledged');
    this.#stream.gate.succeeded(ticket);
    queue.succeeded();
    queue.troubles.resolved(blob.id);
  }

  async #handleFailure(queue: FeedQueue, blob: WorkItem, error: unknown, ticket: number): Promise<void> {
    const { work, clock, telemetry, random } = this.#stream.environment;
    if (error instanceof TakenOver) return this.#logTakenOver(queue, blob);
    const reason = describeError(error);
    telemetry.count(queue.feed, 'items_retried');
    const throttled = throttling(error);
    if (throttled !== undefined) this.#stream.budget.pause(ticket, throttled.afterMs);
    // The whole tenant waits; then this blob is as due as any.
    if (this.#stream.gate.failed(ticket, error) || throttled !== undefined) {
      await work.retryLater(queue.feed, blob, clock.now(), reason);
      return;
    }
    queue.failed(error);
    const wait = Math.max(
      waitAskedBy(error) ?? 0,
      backOff(blob.attempts, { firstMs: firstRetryMs, mostMs: lastRetryMs }, random),
    );
    if (!(await work.retryLater(queue.feed, blob, clock.now() + wait, reason)))
      return this.#logTakenOver(queue, blob);
    queue.troubles.failed(blob, reason, error instanceof OperatorError ? error.code : undefined);
  }

  /** Records that left under the old lease are recognised where the other process delivers them again. */
  #logTakenOver(queue: FeedQueue, blob: WorkItem): void {
    this.#stream.environment.log.info(
      {
        organization: { id: queue.feed.tenant },
        m365: { content_type: queue.feed.name, content_id: blob.id },
      },
      `${queue.feed.name}: another process has taken over a content blob that was held up here; it is theirs to finish.`,
    );
    queue.troubles.resolved(blob.id);
    queue.refresh();
  }

  /**
   * Nothing else ends a blob: an answer that calls it expired, unknown or no records before its date may be a fault that
   * passes. Our clock and Microsoft's both have to be past it, since a wrong one alone must not give anything up.
   */
  async #endIfExpired(queue: FeedQueue, blob: WorkItem): Promise<boolean> {
    const { clock } = this.#stream.environment;
    const expires = Date.parse(blob.expiresAt);
    if (!(expires <= Math.min(clock.now(), this.#stream.skew.now()))) return false;
    const last =
      blob.reason === undefined ? 'It was never fetched.' : `The last attempt failed: ${blob.reason}`;
    await queue.troubles.lost(blob, `Microsoft's date for it has passed (${isoTime(expires)}). ${last}`);
    return true;
  }

  /** The ledger or the dead letters failed, not Microsoft. The blob is let go after a pause, and fetched again. */
  async #ownFault(queue: FeedQueue, blob: WorkItem, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    queue.troubles.failed(blob, describeError(error), error instanceof OperatorError ? error.code : 'state');
    await this.#stream.environment.clock.sleep(ownFaultPauseMs, signal).catch(() => {});
    queue.release(blob);
    queue.refresh();
  }
}
