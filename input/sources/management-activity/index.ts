// Source: the Office 365 Management Activity API, for one tenant. Subscriptions, listings and downloads run side by side;
// what they find leaves as batches.

import type { Batch, Source, SourceEnvironment } from '../../contract.ts';
import type { OperatorError } from '../../errors.ts';
import { createDispatcher } from '../../http/dispatcher.ts';
import { BatchQueue } from './batch-queue.ts';
import { hostsFor } from './clouds.ts';
import { collectContent } from './collect-content.ts';
import { openStream } from './open-stream.ts';
import type { ManagementActivityOptions } from './options.ts';

/** Listings and subscriptions are asked for beside the blobs. */
const otherConnections = 8;

/** Throws an OperatorError for hosts that can never be used. */
export function managementActivitySource(
  options: ManagementActivityOptions,
  environment: SourceEnvironment,
): Source {
  const hosts = hostsFor(options.cloud, options.hosts);
  return {
    async *batches(signal) {
      const queue = new BatchQueue();
      const stop = new AbortController();
      const until = AbortSignal.any([signal, stop.signal]);
      const giveUp = (error: OperatorError) => {
        queue.fail(error);
        stop.abort(error);
      };
      const connections = options.concurrentBlobs + otherConnections;
      const dispatcher = createDispatcher({ ...options.transport, connections });
      const emit = (batch: Batch) => queue.put(batch);
      const work = openStream({ options, environment, hosts, dispatcher, giveUp }, until)
        .then((stream) => collectContent(stream, emit, until))
        .then(() => queue.end())
        .catch((error: unknown) => (until.aborted ? queue.end() : queue.fail(error)));
      try {
        yield* queue.drain(signal);
      } finally {
        stop.abort();
        await work;
        for (const batch of queue.abandon()) environment.budget.release(batch.bytes);
        await dispatcher.destroy();
      }
    },
  };
}
