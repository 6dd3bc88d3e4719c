// The state that is remembered over restarts, in parts that nobody needs all of: small facts, the work of sources, and
// what was delivered. Every method is one transaction, and may be answered by another process. Arguments and answers
// are plain data.

import type { BatchCounts } from './batch-counts.ts';
import type { Component } from './component.ts';
import type { Feed } from './feed.ts';

/** Small facts of a component, such as how far a feed was read. For every source, whether or not it lists work. */
export interface Checkpoints {
  get(component: Component, name: string): Promise<string | undefined>;
  set(component: Component, name: string, value: string): Promise<void>;
  /** Writes only where the value still is `expected`; undefined stands for none. False where it is another. */
  compareAndSet(
    component: Component,
    name: string,
    expected: string | undefined,
    value: string,
  ): Promise<boolean>;
}

/** A unit of work as the service lists it, such as a content blob. */
export interface Item {
  /** Unique within its feed. */
  readonly id: string;
  /** The data that the source needs to fetch it; nobody else reads it. */
  readonly data: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** ISO 8601 UTC: when the service drops it. */
  readonly expiresAt: string;
}

export type ItemState = 'listed' | 'fetching' | 'acknowledged' | 'expired' | 'poisoned';

export interface WorkItem extends Item {
  readonly state: ItemState;
  readonly listedAt: string;
  /** That failed. One that a crash cut short says nothing of the item. */
  readonly attempts: number;
  readonly nextAttemptAt: number;
  /** The reason why the last attempt failed, or why the item is lost; one line, redacted. */
  readonly reason: string | undefined;
  readonly late: boolean;
  readonly backfill: boolean;
  /** True when an attempt began and its outcome is not in the ledger. */
  readonly uncertain: boolean;
  /** Records that are in the output by this item: delivered, or found there. */
  readonly delivered: number;
  /** Records that another item brought, too. */
  readonly duplicate: number;
  readonly deadLettered: number;
  /** Records that the policy left out. */
  readonly filtered: number;
  /** The owner of the lease; undefined where nobody works on it. */
  readonly owner: string | undefined;
  /** Anybody may take it over after this time, in milliseconds since the epoch. */
  readonly leasedUntil: number;
  /** Grows each time the item is taken. Who holds an older number has lost it. */
  readonly lease: number;
}

/** The right to say what became of an item. */
export type Hold = Pick<WorkItem, 'id' | 'lease'>;

/** The terms on which items are taken. */
export interface Lease {
  /** The name of one run of one process, and of no other. */
  readonly owner: string;
  /**
   * The items are the owner's for so long, unless the lease is renewed, in milliseconds. The clock of the ledger
   * counts.
   */
  readonly ms: number;
}

/** The choice of the items that are taken first. */
export interface TakeOrder {
  /** Ids that the owner is busy with already. */
  readonly except?: readonly string[];
  /** Items made from then on come first, oldest first; then the rest, newest first. Absent: all of them newest first. */
  readonly freshFrom?: number;
}

/** Open items that wait for longer than they should. */
export interface Overdue {
  /** So many at least, where there are more than are counted. */
  readonly items: number;
  readonly isMore: boolean;
  /** The time since which the first of them waits, in milliseconds since the epoch. */
  readonly since: number;
  /** The reason why the last attempt at that one failed. */
  readonly reason: string | undefined;
}

/** A stretch of time whose content is known to be lost or withheld. */
export interface Gap extends Feed {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/**
 * The work of sources that list it: each item from its listing to its end. Several processes may share one ledger: an item
 * is worked on by whoever took it last. Whoever lost an item is told so by false, and what they said changed nothing.
 */
export interface WorkLedger {
  /** Adds items not yet known; returns the ids of those that were new. `late` marks finds behind the watermark. */
  list(
    feed: Feed,
    items: readonly Item[],
    mark: { late: boolean; backfill: boolean; listedAt: number },
  ): Promise<readonly string[]>;
  /**
   * Takes up to `limit` items in state listed (or fetching, left by a crash) that are due, and free: those that nobody
   * holds, whose lease has ended, or that the owner holds already and does not except.
   */
  take(feed: Feed, limit: number, lease: Lease, order?: TakeOrder): Promise<readonly WorkItem[]>;
  /** The earliest time at which something that cannot be taken by the owner now may become so. */
  nextDueAt(feed: Feed, owner: string): Promise<number | undefined>;
  /**
   * The open items that the service made since a time, no backfill, and that could be had before another. One that was
   * found late could not be had before it was listed. Undefined where there is none.
   */
  findOverdue(
    feed: Feed,
    times: { readonly madeSince: number; readonly before: number },
  ): Promise<Overdue | undefined>;
  /** Renews the owner's leases of which half is over, some hundreds a call. True while more are left. */
  renew(lease: Lease): Promise<boolean>;
  /**
   * Gives back what the owner holds of a feed, or of all of them: others may take it at once. It is called when nothing of
   * it is on its way any more. An attempt that has begun stays uncertain.
   */
  release(owner: string, feed?: Feed): Promise<void>;
  /** It is written before the first record of an attempt leaves the source. */
  begin(feed: Feed, hold: Hold): Promise<boolean>;
  /** Every record of the item is dealt with. */
  settle(feed: Feed, hold: Hold, counts: BatchCounts, at: number): Promise<boolean>;
  retryLater(feed: Feed, hold: Hold, nextAttemptAt: number, reason: string): Promise<boolean>;
  /** Ends an item that cannot be had: `expired` by the service's date, `poisoned` when it can never be read. */
  giveUp(feed: Feed, hold: Hold, state: 'expired' | 'poisoned', reason: string, at: number): Promise<boolean>;
  /** Puts an item back to `listed`, whatever became of it, and takes it: for replay. Undefined when it is not known. */
  reset(feed: Feed, id: string, lease: Lease): Promise<WorkItem | undefined>;
  /** Dead letters of an item were replayed: so many of its records are delivered, or were there already. */
  noteReplayed(feed: Feed, id: string, counts: BatchCounts): Promise<void>;
  recordGap(gap: Gap): Promise<void>;
  /** Everything known in a half-open window of createdAt, in its order. */
  between(feed: Feed, from: string, to: string): AsyncIterable<WorkItem>;
  gapsBetween(feed: Feed, from: string, to: string): Promise<readonly Gap[]>;
  countByState(feed: Feed): Promise<Record<ItemState, number>>;
  /** The number of records that the policy left out, over all items. */
  countFiltered(feed: Feed): Promise<number>;
  /** All feeds that anything is known of. */
  feeds(): Promise<readonly Feed[]>;
}

/** The questions that may be asked of a ledger that another process is working with. */
export type WorkView = Pick<
  WorkLedger,
  'between' | 'gapsBetween' | 'countByState' | 'countFiltered' | 'feeds'
>;

/** The identity of a record: the time keeps neighbours together on disk, the hash keeps it unique. */
export interface RecordKey {
  /** The document `_id`. */
  readonly id: string;
  /** CreationTime in seconds since the epoch; 0 where it cannot be read. */
  readonly seconds: number;
}

/** The length of a local file up to which it is acknowledged. */
export interface FileLength {
  readonly file: string;
  readonly length: number;
}

export interface Delivered {
  readonly keys: readonly RecordKey[];
  /** The number of its documents of which a second one may be there, in which data stream. */
  readonly possiblyDuplicate?: Pick<DoubtfulDocuments, 'dataStream' | 'documents' | 'byOthers'> | undefined;
  /** The lengths of one file are handed in in the order of the writes. */
  readonly fileLength?: FileLength | undefined;
}

/** The Ids of records that were delivered, for as long as a source may serve them again. */
interface SeenIds {
  /** Marks, by position, the keys that were acknowledged before. */
  findSeen(keys: readonly RecordKey[]): Promise<Uint8Array>;
  /** Takes over Ids that were delivered under a ledger that is lost; returns how many were given. */
  remember(keys: AsyncIterable<RecordKey>): Promise<number>;
}

/** The lengths up to which each local file holds documents that were acknowledged. */
interface FileLengths {
  fileLengths(): Promise<readonly FileLength[]>;
  /** Forgets files that are no longer there. */
  forgetFiles(files: readonly string[]): Promise<void>;
}

/** A data stream of one cluster. */
export interface ClusterStream {
  /** What tells the cluster from others, such as its UUID. */
  readonly cluster: string;
  readonly name: string;
}

/**
 * The backing indices that acknowledged documents, in the order in which they did. A **mark** is a moment in that order. An
 * index that was noted by a mark had acknowledged before anything that was done after the mark was read: so what was sent
 * then went into that index or into a later one, never into an earlier one.
 */
interface AcknowledgedIndices {
  /** Resolves when it is durable. Whoever asks before that is given an older one, which is right, too. */
  noteIndex(stream: ClusterStream, index: string): Promise<void>;
  /** The index noted last; undefined where there is none. */
  lastIndex(stream: ClusterStream): Promise<string | undefined>;
  /** The index noted last before the mark; undefined where there is none. */
  indexBefore(stream: ClusterStream, mark: number): Promise<string | undefined>;
}

/**
 * The attempts to send documents. One is **open** from before anything of it is sent until a commit says what became of its
 * Ids; a kill or an output that is given up on leaves it open.
 */
interface Attempts {
  /** Returns, by `_id`, which of these documents open attempts may have sent: the mark before the first of them. */
  findOpen(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Resolves when it is durable: then these documents may be sent. An attempt that is open already goes on. */
  beginAttempt(ids: readonly string[]): Promise<void>;
  /** What may have been sent beyond the attempts. */
  readonly unrecorded: readonly UnrecordedAttempts[];
}

/** Attempts that this ledger does not know of. Only records made before a moment can be among them. */
export interface UnrecordedAttempts {
  /** By our clock, in milliseconds since the epoch. */
  readonly madeBefore: number;
  /**
   * Of attempts of its own, which a power cut took away: the mark before the first of them. Undefined of those that others
   * made at any time, such as a ledger that is lost or was copied.
   */
  readonly sentAfter: number | undefined;
}

/** Documents of which a second one may be there, since the ledger began. */
export interface DoubtfulDocuments {
  readonly dataStream: string;
  readonly documents: number;
  /** Those of which only others, such as a ledger that is lost, can have stored the other one, or what is replayed. */
  readonly byOthers: number;
  /** When the last of them was delivered, in milliseconds since the epoch. */
  readonly lastAt: number;
}

/**
 * The ledger of what this process delivered. It is written before the work and the checkpoints: a crash in between
 * costs a re-read.
 */
export interface DeliveryLedger extends SeenIds, FileLengths, AcknowledgedIndices, Attempts {
  /**
   * One transaction: the Ids of what was just delivered, the end of the attempt at them, and the length of its file. What is handed in at about the same
   * time shares a transaction, in the order handed in. Resolves when it is durable. Once this fails for a file, no later
   * length of it is taken: it would pass off the lines in between as acknowledged.
   */
  commit(delivered: Delivered): Promise<void>;
  doubtfulDocuments(): Promise<readonly DoubtfulDocuments[]>;
  /**
   * The identity of this ledger, and how often it was opened: an output can tell by it whether its ledger was replaced.
   */
  readonly identity: { readonly id: string; readonly run: number };
  /**
   * True when the previous run did not close this ledger, or there was none, or it was restored: then documents may be in
   * the output that the ledger does not know of, and the first look at anything created before this start is `uncertain`.
   */
  readonly uncleanStart: boolean;
}

/** All that a process remembers. */
export interface State {
  readonly checkpoints: Checkpoints;
  readonly work: WorkLedger;
  readonly delivery: DeliveryLedger;
  /** The terms on which this process takes work. */
  readonly lease: Lease;
  /** Nothing made before is remembered any more, since no source can serve it, in milliseconds since the epoch. */
  rememberedSince(now: number): number;
  /** Drops Ids and finished items from before that time, a few thousand rows a call. True while more is left. */
  prune(now: number): Promise<boolean>;
  close(): Promise<void>;
}
