// Delivers records of states, as one batch: they are few, a record for each service.

import { recordsOf } from '../../../contract/records.ts';
import type { Batch } from '../../../contract/source.ts';
import { isoTime } from '../../../contract/time.ts';
import type { GraphStream, StateFeed } from '../stream.ts';
import type { StateRecord } from './remembered-states.ts';

export interface Delivery {
  readonly stream: GraphStream;
  readonly feed: StateFeed;
  readonly emit: (batch: Batch) => void;
}

/** The position of several states, where that of one is its id. */
export const everyState = 'states';

/** Resolves once all are settled. */
export async function deliverStates(
  { stream, feed: { feed }, emit, uncertain }: Delivery & { readonly uncertain: boolean },
  states: readonly StateRecord[],
  signal: AbortSignal,
): Promise<void> {
  const { budget, clock, telemetry } = stream.environment;
  const records = recordsOf(states.map((state) => JSON.stringify(state)));
  const bytes = records.bytes.length;
  await budget.acquire(bytes, signal);
  telemetry.count(feed, 'records_fetched', records.count);
  const [first, second] = states;
  const position = first === undefined || second !== undefined ? everyState : first.id;
  const origin = { feed, position, fetchedAt: isoTime(clock.now()), backfill: false };
  const settled = Promise.withResolvers<void>();
  const leave = () => settled.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  const settle = async () => {
    budget.release(bytes);
    settled.resolve();
  };
  emit({ origin, records, uncertain, settle });
  // A batch is never settled when the process is stopping.
  if (signal.aborted) leave();
  await settled.promise.finally(() => signal.removeEventListener('abort', leave));
}
