// The source that reads one log type of Microsoft Graph for one tenant: its feeds are polled side by side, and what they
// find leaves as batches.

import { runTogether } from '../../concurrency/run-together.ts';
import type { Batch, Source } from '../../contract/source.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { tenantSource } from '../tenant/tenant-source.ts';
import { graphHostsFor } from './api/clouds.ts';
import { openGraphStream } from './open-stream.ts';
import type { GraphOptions } from './options.ts';
import { FeedPoller } from './polling/feed-poller.ts';
import { type Followed, followFeed } from './polling/follow-feed.ts';
import { watchLateness } from './polling/watch-lateness.ts';
import { StatePoller } from './snapshots/state-poller.ts';
import { feedOf, type GraphFeed, type GraphStream, isSlicedFeed, isStateFeed } from './stream.ts';

/** Throws an OperatorError for hosts that can never be used. */
export function openGraphSource(options: GraphOptions, environment: OpeningEnvironment): Source {
  return graphSource({ options, environment }, async (stream, emit, signal) => {
    const feeds = listFeeds(stream);
    const followed = feeds.map((feed) => ({ stream, feed, poll: openPoll(stream, feed, emit) }));
    await runTogether(signal, [
      ...followed.map((each) => (until: AbortSignal) => followFeed(each, until)),
      ...(environment.once ? [] : [(until: AbortSignal) => watchLateness(stream, feeds, until)]),
    ]);
  });
}

function openPoll(stream: GraphStream, feed: GraphFeed, emit: (batch: Batch) => void): Followed['poll'] {
  if (isSlicedFeed(feed)) {
    const poller = new FeedPoller(stream, feed, emit);
    return (begunAt, signal) => poller.poll(begunAt, signal);
  }
  if (!isStateFeed(feed)) throw new TypeError(`${feed.feed.name} is of no kind that can be polled`);
  const poller = new StatePoller(stream, feed, emit);
  return (_, signal) => poller.poll(signal);
}

export function listFeeds({ options, tenantId, environment }: GraphStream): GraphFeed[] {
  const { telemetry, log } = environment;
  return options.feeds.map((query) => {
    const feed = feedOf(options.logType, tenantId, query.name);
    return { feed, query, status: new FeedStatus(feed, telemetry, log) };
  });
}

interface GraphSourceParts {
  readonly options: GraphOptions;
  readonly environment: OpeningEnvironment;
}

/** A source of whatever `work` emits, through a stream that is opened for it. */
export function graphSource(
  { options, environment }: GraphSourceParts,
  work: (stream: GraphStream, emit: (batch: Batch) => void, signal: AbortSignal) => Promise<void>,
): Source {
  const hosts = graphHostsFor(options.cloud, options.hosts);
  return tenantSource({ options, environment, hosts, open: openGraphStream }, work);
}
