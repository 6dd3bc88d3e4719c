// Tells which feeds of a stream are late: what is old enough to be asked for is not read and settled. While the history of
// a first run is read, which comes before what is new, a feed is late only when it does not get on.

import { type Delay, explainHold, Lateness, lookEveryMs } from '../../tenant/lateness.ts';
import type { GraphFeed, GraphStream } from '../stream.ts';
import { RememberedProgress } from './progress.ts';

/** Looks at every feed each minute; ends with the signal. */
export async function watchLateness(
  stream: GraphStream,
  feeds: readonly GraphFeed[],
  signal: AbortSignal,
): Promise<void> {
  const { clock, random } = stream.environment;
  const watches = feeds.map((feed) => new FeedWatch(stream, feed));
  await clock.sleep(random() * lookEveryMs, signal);
  while (!signal.aborted) {
    for (const watch of watches) await watch.look();
    await clock.sleep(lookEveryMs, signal);
  }
}

class FeedWatch {
  readonly #stream: GraphStream;
  readonly #feed: GraphFeed;
  readonly #remembered: RememberedProgress;
  readonly #lateness: Lateness;
  #watermark = 0;

  constructor(stream: GraphStream, feed: GraphFeed) {
    const { environment, options } = stream;
    this.#stream = stream;
    this.#feed = feed;
    this.#remembered = new RememberedProgress(feed.feed, environment.checkpoints);
    this.#lateness = new Lateness(environment.clock, options.intervalMs);
  }

  async look(): Promise<void> {
    const { options, skew } = this.#stream;
    const progress = await this.#remembered.peek();
    if (progress === undefined) return;
    const { watermark, firstRunAt } = progress;
    const isHistory = watermark < firstRunAt - options.delayMs;
    if (isHistory && watermark !== this.#watermark) this.#lateness.beginAnew();
    this.#watermark = watermark;
    const now = skew.now();
    const since = watermark + options.delayMs;
    const allowedMs = this.#lateness.look();
    const isLate = allowedMs !== undefined && now - since > allowedMs;
    this.#feed.status.set('late', this.#lateness.tell(isLate ? this.#describe(since) : undefined, now));
  }

  /** A record can be asked for when it is as old as the delay. */
  #describe(since: number): Delay {
    const { environment } = this.#stream;
    const why = explainHold(this.#stream, environment.clock.now());
    return {
      since,
      what: 'records that could be asked for from then on are not delivered',
      why: why ?? 'Readings fail, or take longer than they should.',
    };
  }
}
