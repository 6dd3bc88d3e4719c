// Content blobs fetched from Microsoft once more, for `m365 replay`: one by its id, or all that is listed in a window.

import { describeError } from '../../../contract/errors.ts';
import type { Batch, Source } from '../../../contract/source.ts';
import type { Item, WorkItem } from '../../../contract/state.ts';
import type { OpeningEnvironment, ReachedWindow, Refetching } from '../../source-kind.ts';
import { fetchBlob, type Outcome } from '../content/fetch-blob.ts';
import { Reservation } from '../content/reservation.ts';
import { listWindow } from '../listing/list-window.ts';
import { cutNewestFirst } from '../listing/windows.ts';
import type { ManagementActivityOptions } from '../options.ts';
import { ScopeStatus } from '../scope-status.ts';
import { askingSource } from '../source.ts';
import { type ContentScope, feedOf, isoTime, type Stream } from '../stream.ts';
import { listing } from './inventory.ts';

const day = 86_400_000;

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
    const scopes = options.contentTypes
      .filter((contentType) => feed === undefined || contentType === feed)
      .map((contentType): ContentScope => {
        const found = feedOf(tenantId, contentType);
        return { ...found, status: new ScopeStatus(found, environment.telemetry, environment.log) };
      });
    try {
      if ('position' in what) await this.#fetchOne(scopes, what.position, signal);
      else for (const scope of scopes) await this.#fetchListed(scope, what, signal);
    } finally {
      await Promise.all(this.#running);
    }
    if (this.#fault) throw this.#fault.error;
  }

  /** Found in the ledger or, where that has forgotten it, taken at the operator's word. */
  async #fetchOne(scopes: readonly ContentScope[], contentId: string, signal: AbortSignal): Promise<void> {
    const { work, clock } = this.#stream.environment;
    const end = isoTime(clock.now() + day);
    for (const scope of scopes)
      for await (const blob of work.between(scope, isoTime(0), end))
        if (blob.id === contentId) return this.#begin(scope, blob, signal);
    const [only] = scopes;
    if (this.#wanted.feed === undefined || only === undefined) return;
    const unknown = {
      id: contentId,
      data: '',
      createdAt: isoTime(clock.now()),
      expiresAt: end,
    };
    await this.#begin(only, unknown, signal);
  }

  async #fetchListed(scope: ContentScope, window: ReachedWindow, signal: AbortSignal): Promise<void> {
    const onBlobs = async (blobs: readonly Item[]) => {
      for (const blob of blobs) await this.#begin(scope, blob, signal);
    };
    const reader = listing(this.#stream, scope, this.#stream.environment.clock, onBlobs);
    for (const part of cutNewestFirst(window)) await listWindow(reader, part, signal);
  }

  async #begin(scope: ContentScope, blob: Item, signal: AbortSignal): Promise<void> {
    if (this.#begun.has(blob.id)) return;
    this.#begun.add(blob.id);
    if (this.#running.size >= this.#stream.options.concurrentBlobs) await Promise.race(this.#running);
    signal.throwIfAborted();
    if (this.#fault) throw this.#fault.error;
    const fetching = this.#fetch(scope, blob, signal)
      .catch((error: unknown) => {
        this.#fault ??= { error };
      })
      .finally(() => this.#running.delete(fetching));
    this.#running.add(fetching);
  }

  /** Open in the ledger first: what is interrupted is fetched by the next run. */
  async #fetch(scope: ContentScope, blob: Item, signal: AbortSignal): Promise<void> {
    const { work, lease, clock, budget } = this.#stream.environment;
    await work.list(scope, [blob], { late: true, backfill: true, listedAt: clock.now() });
    const taken = await work.reset(scope, blob.id, lease);
    if (taken === undefined) throw new Error(`${blob.id} was listed and is not in the ledger`);
    const item = asReplayed(taken, blob);
    const parts = {
      stream: this.#stream,
      scope,
      blob: item,
      canWait: true,
      reservation: await Reservation.make(budget, signal),
      emit: this.#emit,
      conclude: (outcome: Outcome) => this.#conclude(scope, item, outcome),
    };
    await fetchBlob(parts, signal);
  }

  async #conclude(scope: ContentScope, item: WorkItem, { counts, error }: Outcome): Promise<void> {
    const { work, clock } = this.#stream.environment;
    // What is there may have come with another blob, which counts it.
    if (error === undefined) await work.settle(scope, item, { ...counts, there: 0 }, clock.now());
    else await work.retryLater(scope, item, clock.now(), describeError(error));
    this.#wanted.onItem(feedOf(scope.tenant, scope.name), item.id, error);
  }
}

/** What was delivered before is not known here: the output is asked. */
function asReplayed(taken: WorkItem, blob: Item): WorkItem {
  const { data, createdAt, expiresAt } = blob;
  return { ...taken, data, createdAt, expiresAt, backfill: true, uncertain: true };
}
