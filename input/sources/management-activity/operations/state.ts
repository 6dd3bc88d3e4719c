// What is remembered of a content type beside its blobs: for people, and for a ledger that lost some of it.

import type { Feed } from '../../../contract/feed.ts';
import type { ContentLedger } from '../../../contract/state.ts';
import type { FeedState, LostState } from '../../source-kind.ts';
import { facts, neverListed } from '../stream.ts';

export async function describeState(feed: Feed, ledger: Pick<ContentLedger, 'getFact'>): Promise<FeedState> {
  const watermark = await ledger.getFact(feed, facts.watermark);
  const subscribedAt = await ledger.getFact(feed, facts.subscriptionStartedAt);
  return { reached: watermark?.slice(0, 16).concat('Z'), facts: { watermark, subscribedAt } };
}

export const lostState: LostState = {
  independentFacts: [facts.firstRunAt, facts.subscriptionStartedAt, facts.nextStartAt, facts.contentSeenAt],
  doubt: neverListed,
};
