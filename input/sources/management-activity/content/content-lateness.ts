// Finds out which content types are late: new content was not listed for long, or was listed and is not delivered. History
// that is still being caught up says nothing of that, and what was replayed neither.

import type { Overdue } from '../../../contract/state.ts';
import { type Delay, explainHold, Lateness, lookEveryMs } from '../../tenant/lateness.ts';
import type { ContentListing } from '../listing/listing.ts';
import type { ContentFeed, Stream } from '../stream.ts';

/** A content type as it is watched. */
interface Watched {
  readonly feed: ContentFeed;
  readonly listing: ContentListing;
  readonly lateness: Lateness;
}

export class ContentLateness {
  readonly #stream: Stream;
  readonly #isListable: (contentType: string) => boolean;
  readonly #watched: Watched[] = [];

  constructor(stream: Stream, isListable: (contentType: string) => boolean) {
    this.#stream = stream;
    this.#isListable = isListable;
  }

  watch(feed: ContentFeed, listing: ContentListing): void {
    const { environment, options } = this.#stream;
    this.#watched.push({ feed, listing, lateness: new Lateness(environment.clock, options.intervalMs) });
  }

  /** Looks at every content type; returns when to look again. */
  async look(): Promise<number> {
    for (const watched of this.#watched) {
      const { feed, lateness } = watched;
      if (!this.#isListable(feed.name)) lateness.beginAnew();
      const allowedMs = lateness.look();
      const delay = allowedMs === undefined ? undefined : await this.#findDelay(watched, allowedMs);
      feed.status.set('late', lateness.tell(delay, this.#stream.skew.now()));
    }
    return this.#stream.environment.clock.now() + lookEveryMs;
  }

  async #findDelay({ feed, listing }: Watched, allowedMs: number): Promise<Delay | undefined> {
    const madeSince = listing.firstRunAt;
    const { listedTo } = listing;
    if (madeSince === undefined || listedTo === undefined) return undefined;
    const before = this.#stream.skew.now() - allowedMs;
    const overdue = await this.#stream.environment.work.findOverdue(feed, { madeSince, before });
    const isListingLate = listedTo < before;
    if (isListingLate && (overdue === undefined || listedTo <= overdue.since))
      return this.#describeListing(listedTo);
    return overdue && this.#describeOverdue(overdue);
  }

  #describeListing(listedTo: number): Delay {
    const why = 'Listings fail, or take longer than they should.';
    return { since: listedTo, what: 'content made from then on was not listed', why: this.#explain() ?? why };
  }

  #describeOverdue({ items, isMore, since, reason }: Overdue): Delay {
    const what =
      items === 1 ? '1 content blob waits' : `${items}${isMore ? ' or more' : ''} content blobs wait`;
    const failed = reason === undefined ? undefined : `The last attempt at the first one failed: ${reason}`;
    const why = `More comes than is fetched at once; if this lasts, raise concurrent_blobs (${this.#stream.options.concurrentBlobs}).`;
    return { since, what, why: this.#explain() ?? failed ?? why };
  }

  #explain(): string | undefined {
    const { gate, budget, backlog, environment } = this.#stream;
    return explainHold({ gate, budgets: [budget], backlog }, environment.clock.now());
  }
}
