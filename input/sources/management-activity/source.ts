// The source that reads the Office 365 Management Activity API for one tenant. Subscriptions, listings and downloads
// run side by side; the records that they find leave as batches.

import { BatchQueue } from '../../concurrency/batch-queue.ts';
import { LinkedAbort } from '../../concurrency/linked-abort.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { Batch, Source } from '../../contract/source.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { hostsFor } from './api/clouds.ts';
import { collectContent } from './collect-content.ts';
import { openStream } from './open-stream.ts';
import type { ManagementActivityOptions } from './options.ts';
import type { Stream } from './stream.ts';

/** Throws an OperatorError for hosts that can never be used. */
export function openSource(options: ManagementActivityOptions, environment: OpeningEnvironment): Source {
  return askingSource({ options, environment }, collectContent);
}

interface SourceParts {
  readonly options: ManagementActivityOptions;
  readonly environment: OpeningEnvironment;
}

/** A source of whatever `work` emits, through a stream that is opened for it. */
export function askingSource(
  { options, environment }: SourceParts,
  work: (stream: Stream, emit: (batch: Batch) => void, signal: AbortSignal) => Promise<void>,
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
      const { dispatcher, release } = environment.shared.connections.lease(options.transport);
      const emit = (batch: Batch) => queue.put(batch);
      const parts = { options, environment, hosts, dispatcher, giveUp };
      const working = openStream(parts, until)
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
