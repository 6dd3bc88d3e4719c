// Fetches content blobs from Microsoft once more, for `m365 replay`: one by its id, or all that are listed in a window.

import { describeError } from '../../../contract/errors.ts';
import type { Batch, Source } from '../../../contract/source.ts';
import type { Item, WorkItem } from '../../../contract/state.ts';
import { dayMs, isoTime } from '../../../contract/time.ts';
import type { OpeningEnvironment, ReachedWindow, Refetching } from '../../source-kind.ts';
import { FeedStatus } from '../../tenant/feed-status.ts';
import { type FetchOutcome, fetchBlob } from '../content/fetch-blob.ts';
import { Reservation } from '../content/reservation.ts';
import { listWindow } from '../listing/list-window.ts';
import { cutNewestFirst } from '../listing/windows.ts';
import type { ManagementActivityOptions } from '../options.ts';
import { askingSource } from '../source.ts';
import { type ContentFeed, feedOf, type Stream } from '../stream.ts';
import { listing } from './inventory.ts';

export function refetchContent(
  options: ManagementActivityOptions,
  environment: OpeningEnvironment,
  wanted: Refetching,
): Source {
  return askingSource({ options, environment }, (stream, emit, signal) =>
    new Refetch(stream, wanted, emit).run(signal),
  );
}

class Refetch {
  readonly #stream: Stream;
  readonly #wanted: Refetching;
  readonly #emit: (batch: Batch) => void;
  readonly #running = new Set<Promise<void>>();
  #fault: { readonly error: unknown } | undefined;
  /** A listing may name content twice. */
  readonly #begun = new Set<string>();

  constructor(stream: Stream, wanted: Refetching, emit: (batch: Batch) => void) {
    this.#stream = stream;
    this.#wanted = wanted;
    this.#emit = emit;
  }

  /** Resolves when every body was read; what was read may still be on its way. */
  async run(signal: AbortSignal): Promise<void> {
    const { options, tenantId, environment } = this.#stream;
    const { feed, what } = this.#wanted;
    const feeds = options.contentTypes
      .filter((contentType) => feed === undefined || contentType === feed)
      .map((contentType): ContentFeed => {
        const found = feedOf(tenantId, contentType);
        return { ...found, status: new FeedStatus(found, environment.telemetry, environment.log) };
      });
    try {
      if ('position' in what) await this.#fetchOne(feeds, what.position, signal);
      else for (const feed of feeds) await this.#fetchListed(feed, what, signal);
    } finally {
      await Promise.all(this.#running);
    }
    if (this.#fault) throw this.#fault.error;
  }

  /** Found in the ledger or, where that has forgotten it, taken at the operator's word. */
  async #fetchOne(feeds: readonly ContentFeed[], contentId: string, signal: AbortSignal): Promise<void> {
    const { work, clock } = this.#stream.environment;
    const end = isoTime(clock.now() + dayMs);
    for (const feed of feeds)
      for await (const blob of work.between(feed, isoTime(0), end))
        if (blob.id === contentId) return this.#begin(feed, blob, signal);
    const [only] = feeds;
    if (this.#wanted.feed === undefined || only === undefined) return;
    const unknown = {
      id: contentId,
      data: '',
      createdAt: isoTime(clock.now()),
      expiresAt: end,
    };
    await this.#begin(only, unknown, signal);
  }

  async #fetchListed(feed: ContentFeed, window: ReachedWindow, signal: AbortSignal): Promise<void> {
    const onBlobs = async (blobs: readonly Item[]) => {
      for (const blob of blobs) await this.#begin(feed, blob, signal);
    };
    const reader = listing(this.#stream, feed, this.#stream.environment.clock, onBlobs);
    for (const part of cutNewestFirst(window)) await listWindow(reader, part, signal);
  }

  async #begin(feed: ContentFeed, blob: Item, signal: AbortSignal): Promise<void> {
    if (this.#begun.has(blob.id)) return;
    this.#begun.add(blob.id);
    if (this.#running.size >= this.#stream.options.concurrentBlobs) await Promise.race(this.#running);
    signal.throwIfAborted();
    if (this.#fault) throw this.#fault.error;
    const fetching = this.#fetch(feed, blob, signal)
      .catch((error: unknown) => {
        this.#fault ??= { error };
      })
      .finally(() => this.#running.delete(fetching));
    this.#running.add(fetching);
  }

  /** Open in the ledger first: what is interrupted is fetched by the next run. */
  async #fetch(feed: ContentFeed, blob: Item, signal: AbortSignal): Promise<void> {
    const { work, lease, clock, budget } = this.#stream.environment;
    await work.list(feed, [blob], { late: true, backfill: true, listedAt: clock.now() });
    const taken = await work.reset(feed, blob.id, lease);
    if (taken === undefined) throw new Error(`${blob.id} was listed and is not in the ledger`);
    const item = asReplayed(taken, blob);
    const parts = {
      stream: this.#stream,
      feed,
      blob: item,
      canWait: true,
      reservation: await Reservation.make(budget, signal),
      emit: this.#emit,
      conclude: (outcome: FetchOutcome) => this.#conclude(feed, item, outcome),
    };
    await fetchBlob(parts, signal);
  }

  async #conclude(feed: ContentFeed, item: WorkItem, { counts, error }: FetchOutcome): Promise<void> {
    const { work, clock } = this.#stream.environment;
    // The records that are there may have come with another blob, which counts them.
    if (error === undefined) await work.settle(feed, item, { ...counts, there: 0 }, clock.now());
    else await work.retryLater(feed, item, clock.now(), describeError(error));
    this.#wanted.onItem(feedOf(feed.tenant, feed.name), item.id, error);
  }
}

/** The ledger does not tell here which records were delivered before: the output is asked. */
function asReplayed(taken: WorkItem, blob: Item): WorkItem {
  const { data, createdAt, expiresAt } = blob;
  return { ...taken, data, createdAt, expiresAt, backfill: true, uncertain: true };
}
