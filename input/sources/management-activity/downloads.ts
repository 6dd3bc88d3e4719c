// Fetches the content that is listed and due: newest first, content types in turn, a bounded number at once. Decides what
// becomes of a blob whose attempt failed.

import type { Batch, LedgerBlob } from '../../contract.ts';
import { describeError, OperatorError } from '../../errors.ts';
import { backOff } from '../../http/back-off.ts';
import { ApiError } from './api-error.ts';
import { ContentTroubles } from './content-troubles.ts';
import { type Attempt, fetchBlob } from './fetch-blob.ts';
import { type ContentScope, isoTime, type Stream } from './stream.ts';
import { WakeableSleep } from './wakeable-sleep.ts';

const firstRetryMs = 1000;
const lastRetryMs = 3_600_000;
/** Asked from the ledger at once; small, because newer content overtakes what was asked before. */
const readAhead = 32;
/** With `once`: what is not due by then is reported and left for the next run. */
const onceWaitsMs = 60_000;
/** A body that never reads as records is not going to. */
const unreadableAttempts = 8;

interface Lane {
  readonly scope: ContentScope;
  readonly troubles: ContentTroubles;
  /** Being fetched, or with batches in flight. */
  readonly busy: Set<string>;
  ready: LedgerBlob[];
  /** Nothing was due when the ledger was last asked. */
  exhausted: boolean;
}

export class Downloads {
  readonly #stream: Stream;
  readonly #emit: (batch: Batch) => void;
  readonly #lanes: readonly Lane[];
  readonly #news: WakeableSleep;
  #turn = 0;
  #fetching = 0;
  #listingDone = false;

  constructor(stream: Stream, scopes: readonly ContentScope[], emit: (batch: Batch) => void) {
    this.#stream = stream;
    this.#emit = emit;
    this.#news = new WakeableSleep(stream.environment.clock);
    this.#lanes = scopes.map((scope) => ({
      scope,
      troubles: new ContentTroubles(stream, scope),
      busy: new Set(),
      ready: [],
      exhausted: false,
    }));
  }

  /** New content was listed: what was read ahead may no longer be the newest. */
  noticeListed(contentType: string): void {
    const lane = this.#lanes.find(({ scope }) => scope.contentType === contentType);
    if (lane !== undefined) Object.assign(lane, { ready: [], exhausted: false });
    this.#news.wake();
  }

  /** No more will be listed: `run` ends when nothing is left that can be had soon. */
  noticeListingDone(): void {
    this.#listingDone = true;
    this.#news.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ticket = await this.#stream.gate.pass(signal);
      const next = this.#fetching < this.#stream.options.concurrentBlobs ? await this.#next() : undefined;
      if (next !== undefined) {
        this.#fetching += 1;
        void this.#fetch(next.lane, next.blob, ticket, signal);
        continue;
      }
      const wait = await this.#untilDue();
      if (this.#isFinished(wait)) return;
      await this.#news.sleep(wait, signal);
      for (const lane of this.#lanes) lane.exhausted = false;
    }
  }

  #isFinished(wait: number | undefined): boolean {
    const idle = this.#lanes.every(({ busy }) => busy.size === 0);
    return this.#listingDone && idle && (wait === undefined || wait > onceWaitsMs);
  }

  async #next(): Promise<{ lane: Lane; blob: LedgerBlob } | undefined> {
    for (let tried = 0; tried < this.#lanes.length; tried++) {
      const lane = this.#lanes[this.#turn++ % this.#lanes.length];
      if (lane === undefined) return undefined;
      if (lane.ready.length === 0 && !lane.exhausted) {
        lane.ready = [...(await this.#readDue(lane))];
        lane.exhausted = lane.ready.length === 0;
      }
      const blob = lane.ready.shift();
      if (blob === undefined) continue;
      lane.busy.add(blob.contentId);
      return { lane, blob };
    }
    return undefined;
  }

  #readDue(lane: Lane): Promise<readonly LedgerBlob[]> {
    const { ledger, clock } = this.#stream.environment;
    return ledger.due(lane.scope, clock.now(), readAhead, lane.busy);
  }

  /** Milliseconds until a blob in back-off is due; undefined when there is none, or no room to fetch it. */
  async #untilDue(): Promise<number | undefined> {
    const { ledger, clock } = this.#stream.environment;
    const times = await Promise.all(this.#lanes.map(({ scope }) => ledger.nextDueAt(scope)));
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.max(1, Math.min(...known) - clock.now());
  }

  async #fetch(lane: Lane, blob: LedgerBlob, ticket: number, signal: AbortSignal): Promise<void> {
    if (await this.#endIfExpired(lane, blob)) {
      this.#fetching -= 1;
      this.#release(lane, blob);
      return;
    }
    const attempt = await fetchBlob(this.#stream, lane.scope, blob, this.#emit, signal);
    this.#fetching -= 1;
    this.#news.wake();
    if (attempt.error !== undefined && signal.aborted) return;
    await this.#conclude(lane, blob, attempt, ticket);
    this.#release(lane, blob);
  }

  #release(lane: Lane, blob: LedgerBlob): void {
    lane.busy.delete(blob.contentId);
    this.#news.wake();
  }

  /** The counts of batches in flight are awaited first: only then is known what the attempt has delivered. */
  async #conclude(lane: Lane, blob: LedgerBlob, attempt: Attempt, ticket: number): Promise<void> {
    const { ledger, telemetry, clock } = this.#stream.environment;
    const counts = await attempt.settled;
    if (attempt.error !== undefined) return this.#handleFailure(lane, blob, attempt.error, ticket);
    this.#stream.gate.succeeded();
    telemetry.count(lane.scope, 'blobs_fetched');
    await ledger.acknowledge(lane.scope, blob.contentId, counts, clock.now());
    telemetry.count(lane.scope, 'blobs_acknowledged');
    lane.troubles.resolved(blob.contentId);
  }

  async #handleFailure(lane: Lane, blob: LedgerBlob, error: unknown, ticket: number): Promise<void> {
    const { ledger, clock, telemetry, random } = this.#stream.environment;
    const reason = describeError(error);
    if (this.#stream.gate.failed(ticket, error)) {
      await ledger.retryLater(lane.scope, blob.contentId, clock.now(), reason);
      return;
    }
    const verdict = judge(error, blob.attempts + 1);
    if (verdict !== undefined) return lane.troubles.lost(blob, verdict, reason);
    const asked =
      error instanceof OperatorError && error.retry.kind === 'later' ? (error.retry.afterMs ?? 0) : 0;
    const wait = backOff(blob.attempts, { firstMs: firstRetryMs, mostMs: lastRetryMs }, random);
    const next = clock.now() + Math.max(asked, wait);
    telemetry.count(lane.scope, 'blobs_retried');
    await ledger.retryLater(lane.scope, blob.contentId, next, reason);
    lane.troubles.failed(blob, reason, error instanceof OperatorError ? error.code : undefined);
  }

  /** By our clock and by Microsoft's: a wrong one alone must not give anything up. */
  async #endIfExpired(lane: Lane, blob: LedgerBlob): Promise<boolean> {
    const { clock } = this.#stream.environment;
    const expires = Date.parse(blob.contentExpiration);
    if (!(expires <= Math.min(clock.now(), this.#stream.skew.now()))) return false;
    const last =
      blob.reason === undefined ? 'it was never fetched' : `the last attempt failed: ${blob.reason}`;
    await lane.troubles.lost(
      blob,
      'expired',
      `Microsoft's date for it has passed (${isoTime(expires)}); ${last}`,
    );
    return true;
  }
}

/** Whether a failure ends the blob; undefined means that it is tried again. */
function judge(error: unknown, attempts: number): 'expired' | 'poisoned' | undefined {
  if (error instanceof ApiError && error.entry?.effect === 'end blob') {
    if (attempts < (error.entry.attempts ?? 1)) return undefined;
    return error.code === 'AF20052' ? 'poisoned' : 'expired';
  }
  if (!(error instanceof OperatorError)) return undefined;
  if (error.retry.kind === 'never') return 'poisoned';
  return error.code === 'malformed-body' && attempts >= unreadableAttempts ? 'poisoned' : undefined;
}
