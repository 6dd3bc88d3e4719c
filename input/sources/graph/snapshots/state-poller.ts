// Polls a list that says how objects are now and keeps no history: it makes a record of each object whose state is another
// than when it was read before. What changes twice between two polls is seen once.

import type { Batch } from '../../../contract/source.ts';
import type { GraphStream, StateFeed } from '../stream.ts';
import { deliverStates } from './deliver-states.ts';
import { findChanged, readStatesNow } from './read-states.ts';
import { listPending, RememberedStates } from './remembered-states.ts';

export class StatePoller {
  readonly #stream: GraphStream;
  readonly #feed: StateFeed;
  readonly #emit: (batch: Batch) => void;
  readonly #remembered: RememberedStates;

  constructor(stream: GraphStream, feed: StateFeed, emit: (batch: Batch) => void) {
    this.#stream = stream;
    this.#feed = feed;
    this.#emit = emit;
    this.#remembered = new RememberedStates(feed.feed, stream.environment.checkpoints);
  }

  async poll(signal: AbortSignal): Promise<void> {
    // What an earlier run, or another process, has written down may be delivered already.
    await this.#deliverPending({ uncertain: true }, signal);
    const { api, skew, options, environment } = this.#stream;
    const { feed, query } = this.#feed;
    const { telemetry } = environment;
    const { maximumRecordBytes } = options;
    const now = await readStatesNow({ api, skew, feed, query, maximumRecordBytes }, signal);
    telemetry.count(feed, 'items_listed');
    telemetry.count(feed, 'items_fetched');
    const known = await this.#remembered.load();
    const changed = findChanged(query, now, known);
    if (changed.length > 0) {
      const entries = changed.map((record) => [record.id, record] as const);
      const pending = changed.map(({ id }) => id);
      const records = { ...known.records, ...Object.fromEntries(entries) };
      // Where another process was quicker, its records count, and the next poll compares with them.
      if (known.pending.length === 0 && (await this.#remembered.write({ records, pending })))
        await this.#deliverPending({ uncertain: false }, signal);
    }
    telemetry.count(feed, 'items_acknowledged');
  }

  async #deliverPending({ uncertain }: { readonly uncertain: boolean }, signal: AbortSignal): Promise<void> {
    const known = await this.#remembered.load();
    const pending = listPending(known);
    if (pending.length === 0) return;
    await deliverStates(
      { stream: this.#stream, feed: this.#feed, emit: this.#emit, uncertain },
      pending,
      signal,
    );
    await this.#remembered.write({ ...known, pending: [] });
  }
}
