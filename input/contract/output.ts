// The contract between the collector and an output, which stores documents. An output knows nothing of sources.

import type { FileLength } from './state.ts';

/** One finished document, serialised once, for one data stream. */
export interface OutputDocument {
  /** `_id`, at most 512 bytes. */
  readonly id: string;
  /** `logs-o365.audit-default` and the like. */
  readonly dataStream: string;
  /**
   * The document as one line of JSON in UTF-8, without the line feed. Its first property is `event`, an object with at
   * least one property. It must not be read after the write has settled.
   */
  readonly body: Buffer;
}

/**
 * Takes documents. `write` resolves when the outcome of every document is known and durable; it retries what can
 * be retried for as long as it takes, and rejects only when the signal aborts (outcome unknown: the records stay
 * unacknowledged) or after `close`. Many writes may run at once; they resolve in any order, except where the
 * output hands out lengths of files: such an output resolves its writes in the order of the calls, and takes documents of
 * one data stream in a call.
 */
export interface Output {
  readonly name: string;
  /** The most batches that are worth finishing at once, as more would only wait in memory; any number where absent. */
  readonly batchesAhead?: number;
  /** Connects, checks, repairs after a crash (a file is cut back to the length in the ledger). Throws an OperatorError. */
  open(signal: AbortSignal): Promise<void>;
  write(documents: readonly OutputDocument[], options: WriteOptions): Promise<WriteReport>;
  close(): Promise<void>;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** Ask first which of the ids are there already: an earlier attempt's outcome is unknown. */
  readonly uncertain: boolean;
  /**
   * By `_id`: documents that earlier attempts may have sent, of which nobody knows the outcome. They are asked for as if all
   * were uncertain. Of an uncertain document that is not among them, no such attempt was made: to ask for it is a precaution.
   * Absent where the ledger is not told what becomes of the documents: it is then not told that they are sent either.
   */
  readonly sentEarlier?: ReadonlyMap<string, SentEarlier>;
  /** True for documents behind which urgent ones are never held up. */
  readonly canWait?: boolean;
  /**
   * Raw records, for a data stream of another's: its pipeline may give a document an `_id` of its own, so that what is
   * there already is recognised by the record's Id and its organization.
   */
  readonly raw?: boolean;
}

/** Attempts to send a document of which nobody knows the outcome. */
export interface SentEarlier {
  /** Of attempts under this ledger: the mark (see AcknowledgedIndices) before the first of them. */
  readonly after?: number | undefined;
  /** True where others, such as a ledger that is lost, may have delivered it at any time. */
  readonly byOthers: boolean;
}

export interface WriteReport {
  readonly delivered: number;
  readonly duplicate: number;
  /** Those of the duplicates that whoever had the data stream before stored. */
  readonly takenOver?: number;
  /** Of these a second document may be there: an earlier attempt may have succeeded, and nothing proves that it did not. */
  readonly possiblyDuplicate: number;
  /** Those of them where only others can have made the earlier attempt; none where absent. */
  readonly possiblyByOthers?: number;
  /** Documents that the output will never take, by index, each with the reason. */
  readonly rejected: readonly Rejection[];
  /** The length is stored in the transaction that acknowledges these documents. */
  readonly fileLength?: FileLength;
}

export interface Rejection {
  readonly index: number;
  readonly type: string;
  readonly reason: string;
}
