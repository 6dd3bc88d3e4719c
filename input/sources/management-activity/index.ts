// Source: the Office 365 Management Activity API, for one tenant. Subscriptions, listings and downloads run side by side;
// what they find leaves as batches.

import { BatchQueue } from '../../concurrency/batch-queue.ts';
import { LinkedAbort } from '../../concurrency/linked-abort.ts';
import type { PrioritySemaphore } from '../../concurrency/priority-semaphore.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { Batch, Source, SourceEnvironment } from '../../contract/source.ts';
import type { Connections } from '../../http/connections.ts';
import { hostsFor } from './api/clouds.ts';
import { collectContent } from './collect-content.ts';
import { openStream } from './open-stream.ts';
import type { ManagementActivityOptions } from './options.ts';

/** What all tenants of a process use together. */
export interface SharedByTenants {
  readonly connections: Connections;
  readonly turns: PrioritySemaphore;
}

/** Throws an OperatorError for hosts that can never be used. */
export function managementActivitySource(
  options: ManagementActivityOptions,
  environment: SourceEnvironment,
  { connections, turns }: SharedByTenants,
): Source {
  const hosts = hostsFor(options.cloud, options.hosts);
  return {
    batches(signal) {
      const queue = new BatchQueue();
      const stop = new LinkedAbort(signal);
      const until = stop.signal;
      const giveUp = (error: OperatorError) => {
        queue.fail(error);
        stop.abort(error);
      };
      const { dispatcher, release } = connections.lease(options.transport);
      const emit = (batch: Batch) => queue.put(batch);
      const work = openStream({ options, environment, hosts, dispatcher, turns, giveUp }, until)
        .then((stream) => collectContent(stream, emit, until))
        .then(() => queue.end())
        .catch((error: unknown) => (until.aborted ? queue.end() : queue.fail(error)));
      return queue.drain(signal, async () => {
        stop.abort();
        await work;
        stop.release();
        for (const batch of queue.abandon()) environment.budget.release(batch.bytes);
        await release();
      });
    },
  };
}
