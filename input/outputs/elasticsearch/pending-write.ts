// One call of write(): how many of its documents have no outcome yet, and the report once none is left.

import type { OutputDocument, Rejection, WriteReport } from '../../contract/output.ts';

/** One document on its way. */
export interface Pending {
  readonly document: OutputDocument;
  /** The line before it in a bulk request. */
  readonly action: string;
  /** In a bulk request, both its lines. */
  readonly bytes: number;
  readonly write: PendingWrite;
  /** In its write. */
  readonly index: number;
  /** See WriteOptions. All documents of a data stream are, or none. */
  readonly raw: boolean;
  /** It may be in the data stream already: to be looked up before it is sent. */
  uncertain: boolean;
  /** This process sent it and did not learn the outcome. */
  attempted: boolean;
  /** It may be in the data stream, which the key may not read. */
  unseen: boolean;
  /** It was looked for: nobody else's document is this record. */
  looked: boolean;
  /** How often Elasticsearch failed on this very document. */
  failures: number;
}

export class PendingWrite {
  readonly report: Promise<WriteReport>;
  #remaining: number;
  #delivered = 0;
  #duplicate = 0;
  #takenOver = 0;
  #possiblyDuplicate = 0;
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

  /** Nobody waits for it any more: its documents need not be sent. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  deliver(possiblyTwice: boolean): void {
    this.#delivered += 1;
    if (possiblyTwice) this.#possiblyDuplicate += 1;
    this.#settleOne();
  }

  /** `expected`: somebody else is known to have stored records here before. */
  recognise(expected: boolean): void {
    this.#duplicate += 1;
    if (expected) this.#takenOver += 1;
    this.#settleOne();
  }

  refuse(rejection: Rejection): void {
    this.#rejected.push(rejection);
    this.#settleOne();
  }

  cancel(reason: unknown): void {
    this.#cancelled = true;
    this.#reject(reason);
  }

  #settleOne(): void {
    this.#remaining -= 1;
    if (this.#remaining > 0) return;
    this.#resolve({
      delivered: this.#delivered,
      duplicate: this.#duplicate,
      ...(this.#takenOver > 0 && { takenOver: this.#takenOver }),
      possiblyDuplicate: this.#possiblyDuplicate,
      rejected: this.#rejected.sort((left, right) => left.index - right.index),
    });
  }
}
