// What is remembered over restarts: the work of sources, the Ids of records, how much of a file is acknowledged.

import type { BatchCounts } from './batch-counts.ts';
import type { Feed } from './feed.ts';

/** How much of a local file is acknowledged. Lengths only grow, in the order of the writes. */
export interface Checkpoint {
  readonly file: string;
  readonly length: number;
}

/** A content blob as listed by Microsoft. */
export interface ListedBlob {
  readonly contentId: string;
  readonly contentUri: string;
  readonly contentCreated: string;
  readonly contentExpiration: string;
}

export type BlobState = 'listed' | 'fetching' | 'acknowledged' | 'expired' | 'poisoned';

export interface LedgerBlob extends Feed, ListedBlob {
  readonly state: BlobState;
  readonly listedAt: string;
  /** That failed. One that a crash cut short says nothing of the blob. */
  readonly attempts: number;
  readonly nextAttemptAt: number;
  /** Why the last attempt failed, or why the blob is lost; one line, redacted. */
  readonly reason: string | undefined;
  readonly late: boolean;
  readonly backfill: boolean;
  /** True when an attempt began and its outcome is not in the ledger. */
  readonly uncertain: boolean;
  /** Records that are in the output by this blob: delivered, or found there. */
  readonly delivered: number;
  /** Records that another blob brought, too. */
  readonly duplicate: number;
  readonly deadLettered: number;
}

/** A stretch of time whose content is known to be lost or withheld. */
export interface Gap extends Feed {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/**
 * What a source remembers about content: durable, shared between processes in other forms than SQLite.
 * Every method is one transaction.
 */
export interface ContentLedger {
  /** Adds blobs not yet known; returns those that were new. `late` marks finds behind the watermark. */
  list(
    scope: Feed,
    blobs: readonly ListedBlob[],
    mark: { late: boolean; backfill: boolean; listedAt: number },
  ): Promise<readonly ListedBlob[]>;
  /**
   * Blobs in state listed (or fetching, left by a crash) whose next attempt is due, without those in `except`: first
   * what was made from `freshFrom` on, oldest first, then the rest, newest first.
   */
  due(
    scope: Feed,
    now: number,
    limit: number,
    except: ReadonlySet<string>,
    freshFrom?: number,
  ): Promise<readonly LedgerBlob[]>;
  /** The earliest time at which a blob that is not due yet becomes so. */
  nextDueAt(scope: Feed): Promise<number | undefined>;
  /** Written before the first record of an attempt leaves the source. */
  begin(scope: Feed, contentId: string): Promise<void>;
  acknowledge(scope: Feed, contentId: string, counts: BatchCounts, at: number): Promise<void>;
  retryLater(scope: Feed, contentId: string, nextAttemptAt: number, reason: string): Promise<void>;
  /** Ends a blob that cannot be had: `expired` by Microsoft's date, `poisoned` when it can never be read. */
  giveUp(
    scope: Feed,
    contentId: string,
    state: 'expired' | 'poisoned',
    reason: string,
    at: number,
  ): Promise<void>;
  /** Puts a blob back to `listed`, for replay. False when it is not known. */
  reset(scope: Feed, contentId: string): Promise<boolean>;
  /** Dead letters of a blob were replayed: so many of its records are delivered, or were there already. */
  noteReplayed(scope: Feed, contentId: string, counts: BatchCounts): Promise<void>;
  recordGap(gap: Gap): Promise<void>;
  /** Small facts of a scope: watermark, when a subscription was started, the cool-down, the last full listing. */
  getFact(scope: Feed, name: string): Promise<string | undefined>;
  setFact(scope: Feed, name: string, value: string): Promise<void>;
  /** Everything known in a window of contentCreated, for `prove`, `state show` and the status page. */
  blobsBetween(scope: Feed, from: string, to: string): Iterable<LedgerBlob>;
  gapsBetween(scope: Feed, from: string, to: string): Promise<readonly Gap[]>;
  countByState(scope: Feed): Promise<Record<BlobState, number>>;
}

/** The identity of a record: the time keeps neighbours together on disk, the hash keeps it unique. */
export interface RecordKey {
  /** The document `_id`. */
  readonly id: string;
  /** CreationTime in seconds since the epoch; 0 where it cannot be read. */
  readonly seconds: number;
}

/** What the collector remembers about records, for eight days. */
export interface DeliveryLedger {
  /** Marks, by position, the keys that were acknowledged before. */
  findSeen(keys: readonly RecordKey[]): Promise<Uint8Array>;
  /** One transaction: the Ids of everything just settled, and the output's checkpoints. */
  commit(entry: { keys: readonly RecordKey[]; checkpoints: readonly Checkpoint[] }): Promise<void>;
  checkpoints(): Promise<readonly Checkpoint[]>;
  /** Drops the checkpoints of files that are no longer there. */
  forgetCheckpoints(files: readonly string[]): Promise<void>;
  /** Takes over Ids that were delivered under a ledger that is lost; returns how many were given. */
  remember(keys: AsyncIterable<RecordKey>): Promise<number>;
  /** Which ledger this is, and how often it was opened: an output can tell by it whether its ledger was replaced. */
  readonly identity: { readonly id: string; readonly run: number };
  /**
   * True when the previous run did not close this ledger, or there was none, or it was restored: then documents may be in the output that
   * the ledger does not know of, and the first look at anything created before this start is `uncertain`.
   */
  readonly uncleanStart: boolean;
}

export interface Ledger extends ContentLedger, DeliveryLedger {
  /** Drops Ids and finished blobs older than eight days, a few thousand rows a call. True while more is left. */
  prune(now: number): Promise<boolean>;
  close(): Promise<void>;
}
