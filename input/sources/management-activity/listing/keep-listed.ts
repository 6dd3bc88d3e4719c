// Puts listed blobs into the ledger, with marks on those that were found late or come from before the first run.

import type { Feed } from '../../../contract/feed.ts';
import type { SourceEnvironment } from '../../../contract/source.ts';
import type { Item } from '../../../contract/state.ts';

/** Marks of a blob by the time at which it was made, in milliseconds since the epoch. */
export interface Marks {
  readonly isLate: (contentCreated: number) => boolean;
  readonly isBackfill: (contentCreated: number) => boolean;
}

/** Resolves with how many were not known before. */
export async function keepListed(
  { work, telemetry, clock }: SourceEnvironment,
  feed: Feed,
  blobs: readonly Item[],
  marks: Marks,
): Promise<number> {
  let isNew = 0;
  for (const { late, backfill, members } of groupByMark(marks, blobs)) {
    const added = (await work.list(feed, members, { late, backfill, listedAt: clock.now() })).length;
    isNew += added;
    if (added > 0) telemetry.count(feed, 'items_listed', added);
    if (added > 0 && late) telemetry.count(feed, 'items_late', added);
  }
  return isNew;
}

interface MarkedBlobs {
  readonly late: boolean;
  readonly backfill: boolean;
  readonly members: Item[];
}

function groupByMark({ isLate, isBackfill }: Marks, blobs: readonly Item[]): Iterable<MarkedBlobs> {
  const groups = new Map<string, MarkedBlobs>();
  for (const blob of blobs) {
    const created = Date.parse(blob.createdAt);
    const [late, backfill] = [isLate(created), isBackfill(created)];
    const group = groups.get(`${late} ${backfill}`) ?? { late, backfill, members: [] };
    group.members.push(blob);
    groups.set(`${late} ${backfill}`, group);
  }
  return groups.values();
}
