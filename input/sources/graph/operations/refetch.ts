// Reads from Graph once more, for `m365 replay`: one slice by its position, or all of a window. Of what has no time, the
// states that are remembered are delivered again: Graph has no older ones.

import type { Source } from '../../../contract/source.ts';
import { hourMs } from '../../../contract/time.ts';
import type { OpeningEnvironment, Refetching } from '../../source-kind.ts';
import type { GraphOptions } from '../options.ts';
import { readSlice } from '../polling/read-slice.ts';
import { cutAscending, readPosition, type Slice, writePosition } from '../polling/slices.ts';
import { redeliverStates } from '../snapshots/list-states.ts';
import { graphSource, listFeeds } from '../source.ts';
import { isSlicedFeed, isStateFeed } from '../stream.ts';

export function refetchSlices(
  options: GraphOptions,
  environment: OpeningEnvironment,
  { feed: wanted, what, onItem }: Refetching,
): Source {
  return graphSource({ options, environment }, async (stream, emit, signal) => {
    for (const feed of listFeeds(stream)) {
      if (wanted !== undefined && feed.feed.name !== wanted) continue;
      if (isStateFeed(feed)) {
        for (const position of await redeliverStates({ stream, feed, emit }, what, signal))
          onItem(feed.feed, position);
      } else if (isSlicedFeed(feed)) {
        for (const slice of slicesOf(what)) {
          const parts = { stream, feed, slice, backfill: true, isShortest: true, emit };
          try {
            await readSlice(parts, signal);
            onItem(feed.feed, writePosition(slice));
          } catch (error) {
            if (signal.aborted) throw error;
            onItem(feed.feed, writePosition(slice), error);
          }
        }
      }
    }
  });
}

function slicesOf(what: Refetching['what']): Iterable<Slice> {
  if (!('position' in what)) return cutAscending(what, hourMs);
  const slice = readPosition(what.position);
  return slice === undefined ? [] : [slice];
}
