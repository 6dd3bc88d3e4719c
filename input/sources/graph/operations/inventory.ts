// Lists what Graph has of a feed now, for `m365 prove`: the hours of the window, each with whether it was read.

import { OperatorError } from '../../../contract/errors.ts';
import { textsOf } from '../../../contract/records.ts';
import { hourMs, isoTime } from '../../../contract/time.ts';
import type { Asking, Inventory } from '../../source-kind.ts';
import { PageSplitter } from '../api/page-splitter.ts';
import type { FeedQuery } from '../log-type.ts';
import type { OpenGraph } from '../open-tenant.ts';
import type { GraphOptions } from '../options.ts';
import { progressName, readProgress } from '../polling/progress.ts';
import { cutAscending, readPosition, type Slice, writePosition } from '../polling/slices.ts';
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
  const queryOf = (name: string): FeedQuery => {
    const query = options.feeds.find((each) => each.name === name);
    if (query === undefined) throw new RangeError(`the stream has no feed ${name}`);
    return query;
  };
  return {
    tenantId: tenant.tenantId,
    async list(name, window, onItems) {
      const feed = feedOf(options.logType, tenant.tenantId, name);
      const watermark = readProgress(await checkpoints.get(feed, progressName))?.watermark ?? 0;
      for (const slice of cutAscending(window, hourMs)) {
        const position = writePosition(slice);
        if (await isEmpty({ tenant, options, query: queryOf(name) }, slice, signal)) continue;
        await onItems([{ position, createdAt: isoTime(slice.from), settled: slice.to <= watermark }]);
      }
    },
    async *read(name, { position }) {
      const slice = readPosition(position);
      if (slice !== undefined) yield* readRecords({ tenant, options, query: queryOf(name) }, slice, signal);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

interface AskedFeed {
  readonly tenant: OpenGraph;
  readonly options: GraphOptions;
  readonly query: FeedQuery;
}

/** One record tells. */
async function isEmpty(asked: AskedFeed, slice: Slice, signal: AbortSignal): Promise<boolean> {
  for await (const _ of readRecords(asked, slice, signal, 1)) return false;
  return true;
}

export async function* readRecords(
  { tenant, options, query }: AskedFeed,
  slice: Slice,
  signal: AbortSignal,
  pageSize?: number,
): AsyncGenerator<string> {
  const feed = feedOf(options.logType, tenant.tenantId, query.name);
  let nextLink: string | undefined;
  do {
    const request = { feed, query, slice, nextLink, ...(pageSize && { pageSize }) };
    const response = await tenant.api.askPage(request, signal);
    const splitter = new PageSplitter({
      maximumRecordBytes: options.maximumRecordBytes,
      onOversized: () => undefined,
    });
    for await (const chunk of response.body) {
      splitter.push(chunk);
      yield* textsOf(splitter.take());
    }
    yield* textsOf(splitter.take());
    const end = splitter.end();
    if (end.kind === 'broken') throw brokenOff(slice);
    ({ nextLink } = end);
  } while (nextLink !== undefined);
}

function brokenOff(slice: Slice): OperatorError {
  return new OperatorError({
    code: 'broken-page',
    message: `a page of ${writePosition(slice)} could not be read to its end.`,
    advice: 'Try again.',
    retry: { kind: 'later' },
  });
}
