// The facts that are remembered of a content type beside its blobs: for people, and for a ledger that lost some of
// them.

import type { Feed } from '../../../contract/feed.ts';
import type { Checkpoints } from '../../../contract/state.ts';
import type { FeedState, LostState } from '../../source-kind.ts';
import { facts, neverListed } from '../stream.ts';

export async function describeState(feed: Feed, checkpoints: Pick<Checkpoints, 'get'>): Promise<FeedState> {
  const watermark = await checkpoints.get(feed, facts.watermark);
  const subscribedAt = await checkpoints.get(feed, facts.subscriptionStartedAt);
  return { reached: watermark?.slice(0, 16).concat('Z'), facts: { watermark, subscribedAt } };
}

export const lostState: LostState = {
  independentFacts: [facts.firstRunAt, facts.subscriptionStartedAt, facts.nextStartAt, facts.contentSeenAt],
  doubt: neverListed,
};
