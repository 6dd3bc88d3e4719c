// One content type of one tenant: what Microsoft lists now against what the ledger says became of it. This file
// compares; asking is microsoft.ts, printing is print-proof.ts.

import type { Feed } from '../../contract/feed.ts';
import type { ContentLedger, Gap, LedgerBlob, ListedBlob } from '../../contract/state.ts';

/** A blob that is not delivered, and why. */
export interface OpenBlob {
  readonly contentId: string;
  readonly contentCreated: string;
  readonly state: 'pending' | 'lost' | 'missing';
  readonly reason: string;
}

export interface FeedProof {
  readonly contentType: string;
  /** Blobs that Microsoft lists now. */
  readonly listed: number;
  /** Blobs of which every record was settled; those that Microsoft lists no more included. */
  readonly done: number;
  readonly open: readonly OpenBlob[];
  /** Records, over the blobs that are done. */
  readonly records: { readonly delivered: number; readonly duplicate: number };
  /** That wait for a replay. */
  readonly deadLetters: number;
  /** Records that were kept as dead letters, of which there is no letter any more and no word of a replay. */
  readonly lettersGone: number;
  readonly gaps: readonly Gap[];
}

interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Known {
  readonly ledger: Pick<ContentLedger, 'blobsBetween' | 'gapsBetween'>;
  readonly feed: Feed;
  readonly window: Window;
  /** Dead letters that wait for a replay, by content id. */
  readonly letters: ReadonlyMap<string, number>;
}

export async function compareFeed(listed: ReadonlyMap<string, ListedBlob>, known: Known): Promise<FeedProof> {
  const { ledger, feed, window, letters } = known;
  const blobs = new Map<string, LedgerBlob>();
  const from = new Date(window.from).toISOString();
  const to = new Date(window.to).toISOString();
  for (const blob of ledger.blobsBetween(feed, from, to)) blobs.set(blob.contentId, blob);
  const done = [...blobs.values()].filter(({ state }) => state === 'acknowledged');
  const sum = (read: (blob: LedgerBlob) => number) => done.reduce((total, blob) => total + read(blob), 0);
  return {
    contentType: feed.name,
    listed: listed.size,
    done: done.length,
    open: [...findMissing(listed, blobs), ...[...blobs.values()].flatMap(describeOpen)],
    records: { delivered: sum((blob) => blob.delivered), duplicate: sum((blob) => blob.duplicate) },
    deadLetters: [...blobs.keys()].reduce((total, id) => total + (letters.get(id) ?? 0), 0),
    lettersGone: sum(({ contentId, deadLettered }) =>
      Math.max(0, deadLettered - (letters.get(contentId) ?? 0)),
    ),
    gaps: (await ledger.gapsBetween(feed, from, to)).filter(({ reason }) => !isOfBlob(reason, blobs)),
  };
}

/** A lost blob leaves a gap as well, which would outlast a replay; the blob's own state says what is true now. */
function isOfBlob(reason: string, blobs: ReadonlyMap<string, unknown>): boolean {
  return blobs.has(/^content (\S+): /.exec(reason)?.[1] ?? '');
}

export function isComplete({ open, deadLetters, lettersGone, gaps }: FeedProof): boolean {
  return open.length === 0 && deadLetters === 0 && lettersGone === 0 && gaps.length === 0;
}

function findMissing(
  listed: ReadonlyMap<string, ListedBlob>,
  blobs: ReadonlyMap<string, LedgerBlob>,
): OpenBlob[] {
  return [...listed.values()]
    .filter(({ contentId }) => !blobs.has(contentId))
    .map(({ contentId, contentCreated }) => ({
      contentId,
      contentCreated,
      state: 'missing',
      reason: 'Microsoft lists it, and the ledger has never seen it',
    }));
}

function describeOpen({ state, contentId, contentCreated, reason, attempts }: LedgerBlob): OpenBlob[] {
  switch (state) {
    case 'acknowledged':
      return [];
    case 'expired':
    case 'poisoned':
      return [{ contentId, contentCreated, state: 'lost', reason: reason ?? state }];
    default: {
      const waiting = attempts === 0 ? 'not fetched yet' : `not yet, after ${attempts} attempts`;
      return [
        { contentId, contentCreated, state: 'pending', reason: reason ? `${waiting}: ${reason}` : waiting },
      ];
    }
  }
}
