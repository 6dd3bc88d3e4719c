// A source that asks one tenant, whatever the service: the tenant is opened through connections that are shared, and what
// is found of it leaves as batches until the work ends or is stopped.

import type { Dispatcher } from 'undici';
import { BatchQueue } from '../../concurrency/batch-queue.ts';
import { LinkedAbort } from '../../concurrency/linked-abort.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { Batch, Source } from '../../contract/source.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import type { TenantSignIn } from './tenant-options.ts';

/** What a stream is opened with. `Options` and `Hosts` are those of the service. */
export interface TenantStreamParts<Options extends TenantSignIn, Hosts> {
  readonly options: Options;
  readonly environment: OpeningEnvironment;
  readonly hosts: Hosts;
  readonly dispatcher: Dispatcher;
  /** The tenant can never be collected or, with `once`, not now. */
  readonly giveUp: (error: OperatorError) => void;
}

interface TenantSourceParts<Options extends TenantSignIn, Hosts, Stream> {
  readonly options: Options;
  readonly environment: OpeningEnvironment;
  readonly hosts: Hosts;
  /** Resolves once the tenant can be asked. */
  readonly open: (parts: TenantStreamParts<Options, Hosts>, signal: AbortSignal) => Promise<Stream>;
}

/** Collects what `work` emits, through a stream that is opened for it. */
export function tenantSource<
  Options extends TenantSignIn,
  Hosts,
  Stream extends { readonly leave: () => void },
>(
  { options, environment, hosts, open }: TenantSourceParts<Options, Hosts, Stream>,
  work: (stream: Stream, emit: (batch: Batch) => void, signal: AbortSignal) => Promise<void>,
): Source {
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
      const working = open({ options, environment, hosts, dispatcher, giveUp }, until)
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
