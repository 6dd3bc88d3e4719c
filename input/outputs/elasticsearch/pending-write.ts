// A call of write() in progress: counts its documents without an outcome, and resolves with the report once none is left.

import type { OutputDocument, Rejection, WriteReport } from '../../contract/output.ts';
import type { Doubt, EarlierAttempts } from './backing-indices/earlier-attempt.ts';

/** A document that has no outcome yet. */
export interface PendingDocument {
  readonly document: OutputDocument;
  /** The action line before it in a bulk request. */
  readonly action: string;
  /** The length of both its lines in a bulk request. */
  readonly bytes: number;
  readonly write: PendingWrite;
  /** The position in its write. */
  readonly index: number;
  /** True for a raw document (see WriteOptions); all documents of a data stream are, or none. */
  readonly raw: boolean;
  /** True when it may be in the data stream already and has to be looked up before it is sent. */
  uncertain: boolean;
  /** True when the ledger is told what becomes of it, and so that it is sent. */
  readonly remembered: boolean;
  /** True when this process sent it and did not learn the outcome. */
  sent: boolean;
  /** Attempts after which it may be in the data stream, and nobody could look; undefined where there were none. */
  earlier: EarlierAttempts | undefined;
  /** True once it was looked up: no foreign document is this record. */
  lookedUp: boolean;
  /** The number of times Elasticsearch failed on this very document. */
  failures: number;
}

export class PendingWrite {
  readonly report: Promise<WriteReport>;
  #remaining: number;
  #delivered = 0;
  #duplicate = 0;
  #takenOver = 0;
  #possiblyDuplicate = 0;
  #possiblyByOthers = 0;
  readonly #rejected: Rejection[] = [];
  #resolve: (report: WriteReport) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #cancelled = false;

  constructor(documents: number) {
    this.#remaining = documents;
    this.report = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** True when nobody waits for it any more: its documents need not be sent. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  settleDelivered(doubt: Doubt): void {
    this.#delivered += 1;
    this.#settleOne(doubt);
  }

  settleDuplicate(doubt: Doubt): void {
    this.#duplicate += 1;
    this.#settleOne(doubt);
  }

  /** It is there as a foreign document, as is to be expected in this data stream. */
  settleTakenOver(): void {
    this.#takenOver += 1;
    this.settleDuplicate(undefined);
  }

  settleRejected(rejection: Rejection, doubt?: Doubt): void {
    this.#rejected.push(rejection);
    this.#settleOne(doubt);
  }

  cancel(reason: unknown): void {
    this.#cancelled = true;
    this.#reject(reason);
  }

  #settleOne(doubt: Doubt): void {
    if (doubt !== undefined) this.#possiblyDuplicate += 1;
    if (doubt === 'by others') this.#possiblyByOthers += 1;
    this.#remaining -= 1;
    if (this.#remaining > 0) return;
    this.#resolve({
      delivered: this.#delivered,
      duplicate: this.#duplicate,
      ...(this.#takenOver > 0 && { takenOver: this.#takenOver }),
      possiblyDuplicate: this.#possiblyDuplicate,
      ...(this.#possiblyByOthers > 0 && { possiblyByOthers: this.#possiblyByOthers }),
      rejected: this.#rejected.sort((left, right) => left.index - right.index),
    });
  }
}
