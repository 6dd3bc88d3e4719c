// Fetches the content that is listed and due: what is new before all that is old, content types in turn, a bounded number
// at once. The order within a content type is lane.ts. A blob whose attempt failed is tried again until Microsoft's date for it has passed.

import { WakeableSleep } from '../../../concurrency/wakeable-sleep.ts';
import { describeError, OperatorError } from '../../../contract/errors.ts';
import type { Batch } from '../../../contract/source.ts';
import type { WorkItem } from '../../../contract/state.ts';
import { backOff } from '../../../http/back-off.ts';
import { throttling } from '../api/api.ts';
import { type ContentScope, isoTime, type Stream } from '../stream.ts';
import { ContentTroubles } from './content-troubles.ts';
import { fetchBlob, type Outcome, TakenOver } from './fetch-blob.ts';
import { Lane } from './lane.ts';
import { Reservation } from './reservation.ts';

const firstRetryMs = 1000;
const lastRetryMs = 3_600_000;
/** With `once`: what is not due by then is reported and left for the next run. */
const onceWaitsMs = 60_000;
/** After a fault of our own, such as a full disk. */
const ownFaultPauseMs = 10_000;

interface Download {
  readonly lane: Lane;
  readonly blob: WorkItem;
  readonly reservation: Reservation;
  /** Of the tenant's gate. */
  readonly ticket: number;
}

export class Downloads {
  readonly #stream: Stream;
  readonly #emit: (batch: Batch) => void;
  readonly #lanes: readonly Lane[];
  readonly #news: WakeableSleep;
  readonly #fetching = new Set<Promise<void>>();
  #fetchingOld = 0;
  #turn = 0;
  #listingDone = false;

  constructor(stream: Stream, scopes: readonly ContentScope[], emit: (batch: Batch) => void) {
    this.#stream = stream;
    this.#emit = emit;
    this.#news = new WakeableSleep(stream.environment.clock);
    this.#lanes = scopes.map((scope) => new Lane(stream, scope, new ContentTroubles(stream, scope)));
  }

  /** New content was listed: what was read ahead may no longer be the newest. */
  noticeListed(contentType: string): void {
    this.#lanes.find(({ scope }) => scope.name === contentType)?.refresh();
    this.#news.wake();
  }

  /** No more will be listed: `run` ends when nothing is left that can be had soon. */
  noticeListingDone(): void {
    this.#listingDone = true;
    this.#news.wake();
  }

  /** Ends with the signal, when no body is being read any more; or as `noticeListingDone` says. */
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
      for (const { troubles } of this.#lanes) await troubles.reportLeft();
      return false;
    }
    await this.#news.sleep(wait, signal);
    return true;
  }

  /** What is fetched is chosen when there is room for it: what came meanwhile may be newer. */
  async #fetchNext(ticket: number, signal: AbortSignal): Promise<void> {
    const reservation = await Reservation.make(this.#stream.environment.budget, signal);
    const lane = await this.#next();
    const blob = lane?.take();
    if (lane === undefined || blob === undefined) return reservation.free();
    this.#turn = this.#lanes.indexOf(lane) + 1;
    this.#launch({ lane, blob, reservation, ticket }, signal);
  }

  #launch(download: Download, signal: AbortSignal): void {
    const { lane, blob, reservation } = download;
    const old = this.#isNew(blob) ? 0 : 1;
    this.#fetchingOld += old;
    const running = this.#fetch(download, signal)
      .catch((error: unknown) => this.#ownFault(lane, blob, error, signal))
      .finally(() => {
        reservation.free();
        this.#fetching.delete(running);
        this.#fetchingOld -= old;
        this.#news.wake();
      });
    this.#fetching.add(running);
  }

  #isFinished(wait: number | undefined): boolean {
    const idle = this.#lanes.every((lane) => lane.isIdle);
    return (
      this.#listingDone && idle && this.#fetching.size === 0 && (wait === undefined || wait > onceWaitsMs)
    );
  }

  /**
   * The content type whose turn it is among those that have something new; else among all, as long as one place is left
   * for what may come.
   */
  async #next(): Promise<Lane | undefined> {
    const mayBeOld = this.#fetchingOld < Math.max(1, this.#stream.options.concurrentBlobs - 1);
    const lanes = this.#lanes.map((_, index) => this.#lanes[(this.#turn + index) % this.#lanes.length]);
    let old: Lane | undefined;
    for (const lane of lanes) {
      const blob = await lane?.peek();
      if (lane === undefined || blob === undefined) continue;
      if (this.#isNew(blob)) return lane;
      old ??= lane;
    }
    return mayBeOld ? old : undefined;
  }

  /** As far as each poll reaches back. */
  #isNew({ createdAt }: WorkItem): boolean {
    return Date.parse(createdAt) >= this.#stream.skew.now() - this.#stream.options.overlapMs;
  }

  /** Milliseconds until something waiting is due; undefined when nothing waits. */
  async #untilDue(): Promise<number | undefined> {
    const times = await Promise.all(this.#lanes.map((lane) => lane.nextDueAt()));
    const known = times.filter((time) => time !== undefined);
    return known.length === 0
      ? undefined
      : Math.max(1, Math.min(...known) - this.#stream.environment.clock.now());
  }

  async #fetch({ lane, blob, reservation, ticket }: Download, signal: AbortSignal): Promise<void> {
    if (await this.#endIfExpired(lane, blob)) return lane.release(blob);
    const conclude = async (outcome: Outcome) => {
      await this.#conclude(lane, blob, outcome, ticket);
      lane.release(blob);
      this.#news.wake();
    };
    const shared = { stream: this.#stream, emit: this.#emit };
    const canWait = !this.#isNew(blob);
    const parts = { ...shared, scope: lane.scope, blob, canWait, reservation, conclude };
    await this.#stream.environment.shared.turns.run(signal, () => fetchBlob(parts, signal), { canWait });
  }

  async #conclude(lane: Lane, blob: WorkItem, { counts, error }: Outcome, ticket: number): Promise<void> {
    const { work, telemetry, clock } = this.#stream.environment;
    if (error !== undefined) return this.#handleFailure(lane, blob, error, ticket);
    if (!(await work.settle(lane.scope, blob, counts, clock.now()))) return this.#noteTakenOver(lane, blob);
    telemetry.count(lane.scope, 'items_fetched');
    telemetry.count(lane.scope, 'items_acknowledged');
    this.#stream.gate.succeeded(ticket);
    lane.succeeded();
    lane.troubles.resolved(blob.id);
  }

  async #handleFailure(lane: Lane, blob: WorkItem, error: unknown, ticket: number): Promise<void> {
    const { work, clock, telemetry, random } = this.#stream.environment;
    if (error instanceof TakenOver) return this.#noteTakenOver(lane, blob);
    const reason = describeError(error);
    telemetry.count(lane.scope, 'items_retried');
    const throttled = throttling(error);
    if (throttled !== undefined) this.#stream.budget.pause(ticket, throttled.afterMs);
    // The whole tenant waits; then this blob is as due as any.
    if (this.#stream.gate.failed(ticket, error) || throttled !== undefined) {
      await work.retryLater(lane.scope, blob, clock.now(), reason);
      return;
    }
    lane.failed(error);
    const asked =
      error instanceof OperatorError && error.retry.kind === 'later' ? (error.retry.afterMs ?? 0) : 0;
    const wait = Math.max(
      asked,
      backOff(blob.attempts, { firstMs: firstRetryMs, mostMs: lastRetryMs }, random),
    );
    if (!(await work.retryLater(lane.scope, blob, clock.now() + wait, reason)))
      return this.#noteTakenOver(lane, blob);
    lane.troubles.failed(blob, reason, error instanceof OperatorError ? error.code : undefined);
  }

  /** What left under the old lease is recognised where the other process delivers it again. */
  #noteTakenOver(lane: Lane, blob: WorkItem): void {
    this.#stream.environment.log.info(
      {
        organization: { id: lane.scope.tenant },
        m365: { content_type: lane.scope.name, content_id: blob.id },
      },
      `${lane.scope.name}: another process has taken over a content blob that was held up here; it is theirs to finish.`,
    );
    lane.troubles.resolved(blob.id);
    lane.refresh();
  }

  /**
   * Nothing else ends a blob: an answer that calls it expired, unknown or no records before its date may be a fault that
   * passes. By our clock and by Microsoft's, since a wrong one alone must not give anything up.
   */
  async #endIfExpired(lane: Lane, blob: WorkItem): Promise<boolean> {
    const { clock } = this.#stream.environment;
    const expires = Date.parse(blob.expiresAt);
    if (!(expires <= Math.min(clock.now(), this.#stream.skew.now()))) return false;
    const last =
      blob.reason === undefined ? 'It was never fetched.' : `The last attempt failed: ${blob.reason}`;
    await lane.troubles.lost(blob, `Microsoft's date for it has passed (${isoTime(expires)}). ${last}`);
    return true;
  }

  /** The ledger or the dead letters failed, not Microsoft. The blob is let go after a pause, and fetched again. */
  async #ownFault(lane: Lane, blob: WorkItem, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    lane.troubles.failed(blob, describeError(error), error instanceof OperatorError ? error.code : 'state');
    await this.#stream.environment.clock.sleep(ownFaultPauseMs, signal).catch(() => {});
    lane.release(blob);
    lane.refresh();
  }
}
