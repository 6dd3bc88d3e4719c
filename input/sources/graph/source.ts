// The source that reads one log type of Microsoft Graph for one tenant: its feeds are polled side by side, and what they
// find leaves as batches.

import { BatchQueue } from '../../concurrency/batch-queue.ts';
import { LinkedAbort } from '../../concurrency/linked-abort.ts';
import { runTogether } from '../../concurrency/run-together.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { Batch, Source } from '../../contract/source.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { graphHostsFor } from './api/clouds.ts';
import { openGraphStream } from './open-stream.ts';
import type { GraphOptions } from './options.ts';
import { FeedPoller } from './polling/feed-poller.ts';
import { feedOf, type GraphFeed, type GraphStream } from './stream.ts';

/** Throws an OperatorError for hosts that can never be used. */
export function openGraphSource(options: GraphOptions, environment: OpeningEnvironment): Source {
  return graphSource({ options, environment }, async (stream, emit, signal) => {
    const pollers = listFeeds(stream).map((feed) => new FeedPoller(stream, feed, emit));
    await runTogether(
      signal,
      pollers.map((poller) => (until) => poller.run(until)),
    );
  });
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
  return {
    batches(signal) {
      const queue = new BatchQueue();
      const stop = new LinkedAbort(signal);
      const until = stop.signal;
      const giveUp = (error: OperatorError) => {
        queue.fail(error);
        stop.abort(error);
      };
      const { dispatcher, release } = environment.shared.connections.lease(options.transport);
      const emit = (batch: Batch) => queue.put(batch);
      const working = openGraphStream({ options, environment, hosts, dispatcher, giveUp }, until)
        .then((stream) => work(stream, emit, until).finally(() => stream.leave()))
        .then(() => queue.end())
        .catch((error: unknown) => (until.aborted ? queue.end() : queue.fail(error)));
      return queue.drain(signal, async () => {
        stop.abort();
        await working;
        stop.release();
        for (const batch of queue.abandon()) environment.budget.release(batch.records.bytes.length);
        await release();
      });
    },
  };
}
