// `m365 state show`: what the ledger knows of each tenant and content type, also while a collector uses it.

import { systemClock } from '../../contract/clock.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Gap, ItemState, State } from '../../contract/state.ts';
import { openStateToRead } from '../../runtime/open-state.ts';
import { findKind } from '../../sources/index.ts';
import type { FeedState } from '../../sources/source-kind.ts';
import { openCommandLog } from '../terminal/command-log.ts';
import { paint, say, table, wrap } from '../terminal/terminal.ts';

interface ScopeState {
  readonly feed: Feed;
  readonly blobs: Record<ItemState, number>;
  /** What its source says; undefined where the source is not known here. */
  readonly source: FeedState | undefined;
  readonly gaps: readonly Gap[];
}

export async function showState(folder: string, json: boolean): Promise<void> {
  const ledger = await openStateToRead({ folder, clock: systemClock, log: openCommandLog('warn') });
  try {
    const feeds = await ledger.work.feeds();
    const states = await Promise.all(feeds.map((feed) => readState(ledger, feed)));
    if (json) say(JSON.stringify(states.map(toJson), undefined, 2));
    else printStates(folder, states);
  } finally {
    await ledger.close();
  }
}

function printStates(folder: string, states: readonly ScopeState[]): void {
  say(`Ledger in ${folder}`);
  for (const [tenantId, scopes] of Map.groupBy(states, ({ feed }) => feed.tenant)) {
    say(`\nTenant ${tenantId}`);
    say(drawScopes(scopes));
    for (const gap of scopes.flatMap(({ gaps }) => gaps))
      say(paint('red', wrap(`lost: ${gap.name}, ${gap.from} to ${gap.to}: ${gap.reason}`, '  ', '    ')));
  }
  if (states.length === 0) say('Nothing was listed yet.');
}

async function readState({ work, checkpoints }: State, feed: Feed): Promise<ScopeState> {
  return {
    feed,
    blobs: await work.countByState(feed),
    source: await findKind(feed.source)?.describeState?.(feed, checkpoints),
    gaps: await work.gapsBetween(feed, new Date(0).toISOString(), new Date().toISOString()),
  };
}

function toJson({ feed, blobs, source, gaps }: ScopeState): object {
  return { ...feed, blobs, ...source?.facts, gaps };
}

function drawScopes(scopes: readonly ScopeState[]): string {
  return table(
    ['content type', 'open', 'done', 'expired', 'unreadable', 'listed up to'],
    scopes.map(({ feed, blobs, source }) => [
      feed.name,
      String(blobs.listed + blobs.fetching),
      String(blobs.acknowledged),
      String(blobs.expired),
      String(blobs.poisoned),
      source?.reached ?? '-',
    ]),
  );
}
