// The content of one content type that waits to be fetched. It is read ahead from the ledger under a lease, and held
// back for a while when this content type as a whole is refused. Content that came since about the last poll is fetched
// in the order in which it was made, so that the blob that waited longest for the poll waits no longer still; older
// content is fetched newest first.

import { type OperatorError, waitAskedBy } from '../../../contract/errors.ts';
import type { WorkItem } from '../../../contract/state.ts';
import { ApiError } from '../api/api-error.ts';
import type { ContentFeed, Stream } from '../stream.ts';
import type { ContentTroubles } from './content-troubles.ts';

/** So many items are asked from the ledger at once; few, because newer content overtakes them, and thousands of queues hold some. */
const readAhead = 8;
/** Content made within so many intervals is fresh: it takes a moment to be listed. */
const freshIntervals = 2;
/** One refused blob may be that blob's fault; this many in a row are the content type's. */
const refusalsBeforePause = 3;
/** Longer than `once` waits for anything. */
const pauseMs = 120_000;

export class FeedQueue {
  readonly feed: ContentFeed;
  readonly troubles: ContentTroubles;
  readonly #stream: Stream;
  /** Being fetched, or with batches in flight. */
  readonly #busy = new Set<string>();
  #ready: WorkItem[] = [];
  #exhaustedUntil = 0;
  /** Counts what may have changed in the ledger: what was read before is no longer the last word. */
  #changes = 0;
  #refusals = 0;
  #pausedUntil = 0;

  constructor(stream: Stream, feed: ContentFeed, troubles: ContentTroubles) {
    this.#stream = stream;
    this.feed = feed;
    this.troubles = troubles;
  }

  get isIdle(): boolean {
    return this.#busy.size === 0;
  }

  /** The next blob to fetch. */
  async peek(): Promise<WorkItem | undefined> {
    const { work, lease, clock } = this.#stream.environment;
    const now = clock.now();
    if (now < this.#pausedUntil) return undefined;
    if (this.#ready.length === 0 && now >= this.#exhaustedUntil) {
      const changes = this.#changes;
      const order = { except: [...this.#busy], freshFrom: this.#freshFrom() };
      this.#ready = [...(await work.take(this.feed, readAhead, lease, order))];
      if (this.#ready.length === 0) {
        const next = (await work.nextDueAt(this.feed, lease.owner)) ?? Number.POSITIVE_INFINITY;
        if (changes === this.#changes) this.#exhaustedUntil = next;
      }
    }
    return this.#ready[0];
  }

  #freshFrom(): number {
    const { skew, options } = this.#stream;
    return skew.now() - freshIntervals * options.intervalMs;
  }

  /** The one that was last shown; it stays busy until it is released. */
  take(): WorkItem | undefined {
    const blob = this.#ready.shift();
    if (blob !== undefined) this.#busy.add(blob.id);
    return blob;
  }

  release(blob: WorkItem): void {
    this.#busy.delete(blob.id);
    this.#noteChange();
  }

  /** Forgets what was read ahead: the ledger knows better now. */
  refresh(): void {
    this.#ready = [];
    this.#noteChange();
  }

  async nextDueAt(): Promise<number | undefined> {
    const { work, lease, clock } = this.#stream.environment;
    if (this.#pausedUntil > clock.now()) return this.#pausedUntil;
    return work.nextDueAt(this.feed, lease.owner);
  }

  #noteChange(): void {
    this.#changes += 1;
    this.#exhaustedUntil = 0;
  }

  succeeded(): void {
    this.#refusals = 0;
  }

  failed(error: unknown): void {
    if (!isRefusal(error)) return;
    this.#refusals += 1;
    if (this.#refusals < refusalsBeforePause) return;
    const asked = waitAskedBy(error) ?? 0;
    this.#pausedUntil = this.#stream.environment.clock.now() + Math.max(asked, pauseMs);
    this.#ready = [];
  }
}

function isRefusal(error: unknown): error is OperatorError {
  const effect = error instanceof ApiError ? error.entry?.effect : undefined;
  return effect === 'fail content type' || effect === 'renew token' || effect === 'start subscription';
}
