// The facts that are remembered of a feed: for people, and for a ledger that lost some of them.

import type { Feed } from '../../../contract/feed.ts';
import type { Checkpoints } from '../../../contract/state.ts';
import { isoTime } from '../../../contract/time.ts';
import type { FeedState, LostState } from '../../source-kind.ts';
import { progressName, readProgress, writtenAnew } from '../polling/progress.ts';
import { type KnownStates, readStates, statesName } from '../snapshots/remembered-states.ts';

/** A feed whose progress may not be believed reads again as far back as Microsoft keeps anything. */
export const lostGraphState: LostState = {
  independentFacts: [],
  doubt: { name: progressName, value: writtenAnew },
};

export async function describeGraphState(
  feed: Feed,
  checkpoints: Pick<Checkpoints, 'get'>,
): Promise<FeedState> {
  const states = readStates(await checkpoints.get(feed, statesName));
  if (states !== undefined) return describeStates(states);
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

/** Of what has no time: when a state changed last. */
function describeStates({ records, pending }: KnownStates): FeedState {
  const last = Object.values(records)
    .map(({ readDateTime }) => readDateTime)
    .toSorted()
    .at(-1);
  return {
    reached: last?.slice(0, 16).concat('Z'),
    facts: {
      states: String(Object.keys(records).length),
      lastChange: last,
      ...(pending.length > 0 && { pending: String(pending.length) }),
    },
  };
}
