// The facts that are remembered of a feed: for people, and for a ledger that lost some of them.

import type { Feed } from '../../../contract/feed.ts';
import type { Checkpoints } from '../../../contract/state.ts';
import { isoTime } from '../../../contract/time.ts';
import type { FeedState } from '../../source-kind.ts';
import { progressName, readProgress } from '../polling/progress.ts';

export async function describeGraphState(
  feed: Feed,
  checkpoints: Pick<Checkpoints, 'get'>,
): Promise<FeedState> {
  const progress = readProgress(await checkpoints.get(feed, progressName));
  const watermark = progress && isoTime(progress.watermark);
  const [afterHours, afterDay] = progress?.looks ?? [];
  return {
    reached: watermark?.slice(0, 16).concat('Z'),
    facts: {
      watermark,
      readAgainAfterHours: afterHours === undefined ? undefined : isoTime(afterHours),
      readAgainAfterADay: afterDay === undefined ? undefined : isoTime(afterDay),
    },
  };
}
