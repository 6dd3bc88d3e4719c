// The contracts between the parts of the collector. A source knows nothing of outputs, an output nothing of
// sources; both know this file. What they tell about themselves is telemetry/contract.ts. The ledger's SQLite form, the
// bulk writer and the API client live elsewhere.

import type { Clock } from './clock.ts';
import type { Scope } from './scope.ts';
import type { Telemetry } from './telemetry.ts';

export interface Origin extends Scope {
  readonly contentId: string;
  /** When Microsoft made the blob, ISO 8601 UTC. */
  readonly contentCreated: string;
  /** When its body began to arrive here, ISO 8601 UTC. */
  readonly fetchedAt: string;
  /** True for content that existed before the stream first ran; its documents carry the tag `backfill`. */
  readonly backfill: boolean;
}

/**
 * Some consecutive records of one content blob, and the one way to say what became of them.
 *
 * Order: batches of one blob are yielded in the blob's order; batches of different blobs interleave freely.
 * Guarantee: a source yields every record of a blob at least once, and again after a crash, until each of the
 * blob's batches was acknowledged. `settle` is called exactly once for each batch, by the collector only, after
 * every record in it is delivered, a known duplicate, or kept as a dead letter, and that fact is in the ledger.
 * When the process is stopping, a batch may never be settled: its blob is then fetched again after the start.
 */
export interface Batch {
  readonly origin: Origin;
  /** The JSON text of each record, exactly as served. */
  readonly records: readonly string[];
  /** Bytes held against the in-flight budget until the batch is settled. */
  readonly bytes: number;
  /** True when an earlier, unfinished attempt may already have delivered some of these records. */
  readonly uncertain: boolean;
  /** Old content, of which much may come at once: what is new must not wait behind it. */
  readonly canWait?: boolean;
  settle(counts: BatchCounts): Promise<void>;
}

export interface BatchCounts {
  /** Documents the output took now. */
  readonly delivered: number;
  /** Records that were delivered before: by the ledger's Ids, or because the output already had them. */
  readonly duplicate: number;
  /** Of the duplicates, those that the output had, without the ledger knowing of them. */
  readonly there?: number;
  /** Records kept in the dead letters. */
  readonly deadLettered: number;
}

/**
 * Pulls from one tenant. `batches` may be iterated once. It ends when the signal aborts (no further batch is
 * yielded, running downloads are cancelled, nothing is thrown), or, with `once`, when everything that could be had at the start is settled.
 * A failing blob, page or content type is retried inside and reported through the status board; it never ends
 * the iteration. Only a configuration that can never work throws: an OperatorError.
 */
export interface Source {
  batches(signal: AbortSignal): AsyncIterable<Batch>;
}

/** One finished document, serialised once, for one data stream. */
export interface OutputDocument {
  /** `_id`, at most 512 bytes. */
  readonly id: string;
  /** `logs-o365.audit-default` and the like. */
  readonly dataStream: string;
  /**
   * The document as one line of JSON in UTF-8, without the line feed. Its first property is `event`, an object with at
   * least one property. Not to be read after the write has settled.
   */
  readonly body: Buffer;
}

/**
 * Takes documents. `write` resolves when the outcome of every document is known and durable; it retries what can
 * be retried for as long as it takes, and rejects only when the signal aborts (outcome unknown: the records stay
 * unacknowledged) or after `close`. Many writes may run at once; they resolve in any order, except where the
 * output hands out checkpoints: such an output resolves its writes in the order of the calls, and takes documents of
 * one data stream in a call.
 */
export interface Output {
  readonly name: string;
  /** How many batches are worth finishing at once, where more would only wait in memory; any number where absent. */
  readonly batchesAhead?: number;
  /** Connects, checks, repairs after a crash (a file is cut back to the ledger's checkpoint). Throws an OperatorError. */
  open(signal: AbortSignal): Promise<void>;
  write(documents: readonly OutputDocument[], options: WriteOptions): Promise<WriteReport>;
  close(): Promise<void>;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** Ask first which of the ids are there already: an earlier attempt's outcome is unknown. */
  readonly uncertain: boolean;
  /** What cannot wait is never held up behind these documents. */
  readonly canWait?: boolean;
  /**
   * Raw records, for a data stream of another's: its pipeline may give a document an `_id` of its own, so that what is
   * there already is recognised by the record's Id and its organization.
   */
  readonly raw?: boolean;
}

export interface WriteReport {
  readonly delivered: number;
  readonly duplicate: number;
  /** Of the duplicates, those that whoever had the data stream before stored. */
  readonly takenOver?: number;
  /** Sent again although an earlier attempt may have succeeded, because the key may not read the data stream. */
  readonly possiblyDuplicate: number;
  /** What the output will never take, by index into the documents, with its reason. */
  readonly rejected: readonly Rejection[];
  /** To be stored in the transaction that acknowledges these documents. */
  readonly checkpoint?: Checkpoint;
}

export interface Rejection {
  readonly index: number;
  readonly type: string;
  readonly reason: string;
}

/** How much of a local file is acknowledged. Lengths only grow, in the order of the writes. */
export interface Checkpoint {
  readonly file: string;
  readonly length: number;
}

// ---------------------------------------------------------------------------------------------------------------

/** A content blob as listed by Microsoft. */
export interface ListedBlob {
  readonly contentId: string;
  readonly contentUri: string;
  readonly contentCreated: string;
  readonly contentExpiration: string;
}

export type BlobState = 'listed' | 'fetching' | 'acknowledged' | 'expired' | 'poisoned';

export interface LedgerBlob extends Scope, ListedBlob {
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
export interface Gap extends Scope {
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
    scope: Scope,
    blobs: readonly ListedBlob[],
    mark: { late: boolean; backfill: boolean; listedAt: number },
  ): Promise<readonly ListedBlob[]>;
  /**
   * Blobs in state listed (or fetching, left by a crash) whose next attempt is due, without those in `except`: first
   * what was made from `freshFrom` on, oldest first, then the rest, newest first.
   */
  due(
    scope: Scope,
    now: number,
    limit: number,
    except: ReadonlySet<string>,
    freshFrom?: number,
  ): Promise<readonly LedgerBlob[]>;
  /** The earliest time at which a blob that is not due yet becomes so. */
  nextDueAt(scope: Scope): Promise<number | undefined>;
  /** Written before the first record of an attempt leaves the source. */
  begin(scope: Scope, contentId: string): Promise<void>;
  acknowledge(scope: Scope, contentId: string, counts: BatchCounts, at: number): Promise<void>;
  retryLater(scope: Scope, contentId: string, nextAttemptAt: number, reason: string): Promise<void>;
  /** Ends a blob that cannot be had: `expired` by Microsoft's date, `poisoned` when it can never be read. */
  giveUp(
    scope: Scope,
    contentId: string,
    state: 'expired' | 'poisoned',
    reason: string,
    at: number,
  ): Promise<void>;
  /** Puts a blob back to `listed`, for replay. False when it is not known. */
  reset(scope: Scope, contentId: string): Promise<boolean>;
  /** Dead letters of a blob were replayed: so many of its records are delivered, or were there already. */
  noteReplayed(scope: Scope, contentId: string, counts: BatchCounts): Promise<void>;
  recordGap(gap: Gap): Promise<void>;
  /** Small facts of a scope: watermark, when a subscription was started, the cool-down, the last full listing. */
  getFact(scope: Scope, name: string): Promise<string | undefined>;
  setFact(scope: Scope, name: string, value: string): Promise<void>;
  /** Everything known in a window of contentCreated, for `prove`, `state show` and the status page. */
  blobsBetween(scope: Scope, from: string, to: string): Iterable<LedgerBlob>;
  gapsBetween(scope: Scope, from: string, to: string): Promise<readonly Gap[]>;
  countByState(scope: Scope): Promise<Record<BlobState, number>>;
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

// ---------------------------------------------------------------------------------------------------------------

/** Bounds what is in memory, in bytes, over all streams of the process. */
export interface ByteBudget {
  /** Resolves when `bytes` fit (or nothing else is held: one oversized batch may always pass). Rejects on abort. */
  acquire(bytes: number, signal: AbortSignal): Promise<void>;
  release(bytes: number): void;
  readonly held: number;
}

/** Where what cannot become a document goes: append-only, readable by its owner only, replayable. */
export interface DeadLetters {
  /** Resolves once on disk. */
  append(letters: readonly DeadLetter[]): Promise<void>;
  /** For a record too large to hold: its bytes as they come. */
  stream(origin: Origin): Promise<DeadLetterStream>;
}

export interface DeadLetter {
  readonly origin: Origin;
  readonly id: string | undefined;
  readonly dataStream: string | undefined;
  readonly type: string;
  readonly reason: string;
  /** The raw record as served. */
  readonly record: string;
  /** The document the output refused, where there was one. */
  readonly document: string | undefined;
}

export interface DeadLetterStream {
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves once on disk. */
  finish(reason: string): Promise<void>;
  /** Drops what was written: the body broke off and will be fetched again. */
  abandon(): Promise<void>;
}

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What every source is given. */
export interface SourceEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ledger: ContentLedger;
  /** See DeliveryLedger.uncleanStart. */
  readonly uncleanStart: boolean;
  readonly budget: ByteBudget;
  readonly deadLetters: DeadLetters;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  /** Called with the GUID once it is known. Throws an OperatorError where another stream collects that tenant. */
  claimTenant?(tenantId: string): void;
}
