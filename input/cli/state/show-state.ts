// The command `m365 state show`: it prints what the ledger knows of each tenant and content type, also while a
// collector uses it.

import { systemClock } from '../../contract/clock.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Gap, ItemState, State } from '../../contract/state.ts';
import { isoTime } from '../../contract/time.ts';
import { openStateToRead } from '../../runtime/open-state.ts';
import { findKind } from '../../sources/index.ts';
import type { FeedState } from '../../sources/source-kind.ts';
import { describeDoubt } from '../describe-doubt.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { paint, printText, table, wrap } from '../terminal/terminal.ts';

interface ShownFeed {
  readonly feed: Feed;
  readonly blobs: Record<ItemState, number>;
  /** Records that the policy left out. */
  readonly filtered: number;
  /** The state as its source describes it; undefined where the source is not known here. */
  readonly source: FeedState | undefined;
  readonly gaps: readonly Gap[];
}

export async function showState(folder: string, json: boolean): Promise<void> {
  const ledger = await openStateToRead({ folder, clock: systemClock, log: openCommandLog('warn') });
  try {
    const feeds = await ledger.work.feeds();
    const states = await Promise.all(feeds.map((feed) => readState(ledger, feed)));
    if (json) printText(JSON.stringify(states.map(toJson), undefined, 2));
    else {
      printStates(folder, states);
      for (const doubt of await ledger.delivery.doubtfulDocuments()) printText(describeDoubt(doubt));
    }
  } finally {
    await ledger.close();
  }
}

function printStates(folder: string, states: readonly ShownFeed[]): void {
  printText(`Ledger in ${folder}`);
  for (const [tenantId, feeds] of Map.groupBy(states, ({ feed }) => feed.tenant)) {
    printText(`\nTenant ${tenantId}`);
    printText(drawFeeds(feeds));
    for (const { feed, filtered } of feeds)
      if (filtered > 0) printText(`  ${feed.name}: ${filtered} records are left out by the policy`);
    for (const gap of feeds.flatMap(({ gaps }) => gaps))
      printText(
        paint('red', wrap(`lost: ${gap.name}, ${gap.from} to ${gap.to}: ${gap.reason}`, '  ', '    ')),
      );
  }
  if (states.length === 0) printText('Nothing was listed yet.');
}

async function readState({ work, checkpoints }: State, feed: Feed): Promise<ShownFeed> {
  return {
    feed,
    blobs: await work.countByState(feed),
    filtered: await work.countFiltered(feed),
    source: await findKind(feed.source)?.describeState?.(feed, checkpoints),
    gaps: await work.gapsBetween(feed, isoTime(0), new Date().toISOString()),
  };
}

function toJson({ feed, blobs, filtered, source, gaps }: ShownFeed): object {
  return { ...feed, blobs, filtered, ...source?.facts, gaps };
}

function drawFeeds(feeds: readonly ShownFeed[]): string {
  return table(
    ['content type', 'open', 'done', 'expired', 'unreadable', 'listed up to'],
    feeds.map(({ feed, blobs, source }) => [
      feed.name,
      String(blobs.listed + blobs.fetching),
      String(blobs.acknowledged),
      String(blobs.expired),
      String(blobs.poisoned),
      source?.reached ?? '-',
    ]),
  );
}
