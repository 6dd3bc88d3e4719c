// The contract between the collector and a source, which pulls records from a service. A source knows nothing of outputs.

import type { BatchCounts } from './batch-counts.ts';
import type { Clock } from './clock.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Origin } from './feed.ts';
import type { Logger } from './logger.ts';
import type { Records } from './records.ts';
import type { Checkpoints, Lease, WorkLedger } from './state.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Some consecutive records of one content blob, and the one way to say what became of them.
 *
 * Order: batches of one blob are yielded in the blob's order; batches of different blobs interleave freely.
 * Guarantee: a source yields every record of a blob at least once, and again after a crash, until each of the
 * blob's batches was acknowledged. `settle` is called exactly once for each batch, by the collector only, after
 * every record in it is delivered, a known duplicate, or kept as a dead letter, and that fact is in the ledger.
 * A batch may never be settled when the process is stopping: its blob is then fetched again after the start.
 */
export interface Batch {
  readonly origin: Origin;
  /**
   * Exactly as served, except that bytes which are no UTF-8 became U+FFFD. Nobody changes them. Their buffer is held
   * against the budget until the batch is settled, and may be used again from the call of `settle` on.
   */
  readonly records: Records;
  /** True when an earlier, unfinished attempt may already have delivered some of these records. */
  readonly uncertain: boolean;
  /** True where somebody else, such as a ledger that is lost, may have delivered some of it at any time. */
  readonly mayBeOfOthers?: boolean;
  /** Old content, of which much may come at once: what is new must not wait behind it. */
  readonly canWait?: boolean;
  settle(counts: BatchCounts): Promise<void>;
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

/** Bounds what is in memory, in bytes, over all streams of the process. */
export interface ByteBudget {
  /** Resolves when `bytes` fit (or nothing else is held: one oversized batch may always pass). Rejects on abort. */
  acquire(bytes: number, signal: AbortSignal): Promise<void>;
  release(bytes: number): void;
  readonly held: number;
}

/** Everything that every source is given. */
export interface SourceEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly checkpoints: Checkpoints;
  /** The ledger of a source that lists work. */
  readonly work: WorkLedger;
  /** The terms on which it takes that work. */
  readonly lease: Lease;
  /** See DeliveryLedger.uncleanStart. */
  readonly uncleanStart: boolean;
  readonly budget: ByteBudget;
  readonly deadLetters: DeadLetters;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  /** Collect what is there at the start, then end: nobody waits for what a person has to mend first. */
  readonly once: boolean;
  /**
   * It is called with the GUID once it is known. Throws an OperatorError where another stream collects one of its
   * feeds.
   */
  claimTenant?(tenantId: string): void;
}
