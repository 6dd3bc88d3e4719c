// Lists what Graph has of a feed now, for `m365 prove`: the hours of the window, each with whether it was read, or, of what
// has no time, the objects.

import { hourMs, isoTime } from '../../../contract/time.ts';
import type { Asking, Inventory } from '../../source-kind.ts';
import { type FeedQuery, isSliced, type SlicedQuery } from '../log-type.ts';
import type { OpenGraph } from '../open-tenant.ts';
import type { GraphOptions } from '../options.ts';
import { progressName, readProgress } from '../polling/progress.ts';
import { readRecords } from '../polling/read-records.ts';
import { cutAscending, readPosition, type Slice, writePosition } from '../polling/slices.ts';
import { listKnown, listStates } from '../snapshots/list-states.ts';
import { readStates, statesName } from '../snapshots/remembered-states.ts';
import { feedOf } from '../stream.ts';
import { reachGraph } from './reach-tenant.ts';

/** Rejects where the tenant is not found or no token comes: then nothing can be asked. */
export async function takeGraphInventory(
  options: GraphOptions,
  { signal, clock, checkpoints }: Asking,
): Promise<Inventory> {
  await using opening = new AsyncDisposableStack();
  const tenant = opening.use(await reachGraph(options, signal, clock));
  await tenant.tokens.token(signal);
  const open = opening.move();
  const asked = { api: tenant.api, skew: tenant.skew, maximumRecordBytes: options.maximumRecordBytes };
  const queryOf = (name: string): FeedQuery => {
    const query = options.feeds.find((each) => each.name === name);
    if (query === undefined) throw new RangeError(`the stream has no feed ${name}`);
    return query;
  };
  return {
    tenantId: tenant.tenantId,
    async list(name, window, onItems) {
      const query = queryOf(name);
      const feed = feedOf(options.logType, tenant.tenantId, name);
      if (!isSliced(query)) {
        const known = readStates(await checkpoints.get(feed, statesName));
        return onItems(await listStates({ ...asked, feed, query, known }, signal));
      }
      const watermark = readProgress(await checkpoints.get(feed, progressName))?.watermark ?? 0;
      for (const slice of cutAscending(window, hourMs)) {
        const position = writePosition(slice);
        if (await isEmpty({ tenant, options, query }, slice, signal)) continue;
        await onItems([{ position, createdAt: isoTime(slice.from), settled: slice.to <= watermark }]);
      }
    },
    async *read(name, { position }) {
      const query = queryOf(name);
      const feed = feedOf(options.logType, tenant.tenantId, name);
      if (!isSliced(query)) {
        const known = readStates(await checkpoints.get(feed, statesName));
        yield* listKnown(known, position).map((record) => JSON.stringify(record));
        return;
      }
      const slice = readPosition(position);
      if (slice !== undefined) yield* readSliceRecords({ tenant, options, query }, slice, signal);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

interface AskedFeed {
  readonly tenant: OpenGraph;
  readonly options: GraphOptions;
  readonly query: SlicedQuery;
}

/** One record tells. */
async function isEmpty(asked: AskedFeed, slice: Slice, signal: AbortSignal): Promise<boolean> {
  for await (const _ of readSliceRecords(asked, slice, signal, 1)) return false;
  return true;
}

export function readSliceRecords(
  { tenant, options, query }: AskedFeed,
  slice: Slice,
  signal: AbortSignal,
  pageSize?: number,
): AsyncGenerator<string> {
  const feed = feedOf(options.logType, tenant.tenantId, query.name);
  const { maximumRecordBytes } = options;
  const request = { feed, query, slice, ...(pageSize !== undefined && { pageSize }) };
  return readRecords({ api: tenant.api, maximumRecordBytes }, request, signal);
}
