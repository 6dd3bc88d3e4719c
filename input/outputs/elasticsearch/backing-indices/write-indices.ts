// Remembers the backing index of each data stream that acknowledged documents last, here and in the ledger. Whatever is sent
// after that goes into this index or into a later one: Elasticsearch writes into the newest only.

import type { ClusterStream, DeliveryLedger } from '../../../contract/state.ts';
import { generationOf } from './generation.ts';

export type IndexLedger = Pick<DeliveryLedger, 'noteIndex' | 'lastIndex' | 'indexBefore' | 'beginAttempt'>;

export class WriteIndices {
  readonly #cluster: string;
  readonly #ledger: IndexLedger | undefined;
  readonly #last = new Map<string, string | undefined>();

  /** `cluster`: what tells it from others, whose backing indices may bear the same names. */
  constructor(cluster: string, ledger: IndexLedger | undefined) {
    this.#cluster = cluster;
    this.#ledger = ledger;
  }

  /** Returns the index that acknowledged last, also under an earlier process; undefined where none did. */
  async last(dataStream: string): Promise<string | undefined> {
    if (!this.#last.has(dataStream)) {
      const noted = await this.#ledger?.lastIndex(this.#streamOf(dataStream));
      if (!this.#last.has(dataStream)) this.#last.set(dataStream, noted);
    }
    return this.#last.get(dataStream);
  }

  /** Returns the one that had acknowledged last before a mark. */
  async lastBefore(dataStream: string, mark: number): Promise<string | undefined> {
    return this.#ledger?.indexBefore(this.#streamOf(dataStream), mark);
  }

  /** Resolves once the ledger says that these documents may have been sent. */
  async beginAttempt(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#ledger?.beginAttempt(ids);
  }

  /** Takes note of the index that answered a request, before which `before` had acknowledged last. */
  note(dataStream: string, index: string, before: string | undefined): void {
    const last = this.#last.get(dataStream);
    const generation = generationOf(dataStream, index);
    if (index === last || generation === undefined) return;
    // An older index answers late, or is the one of a data stream that was deleted and begins anew.
    if (generation < (generationOf(dataStream, last) ?? 0) && before !== last) return;
    this.#last.set(dataStream, index);
    // Until it is written, and where it cannot be, the ledger has an older one: that proves less, and nothing wrong.
    this.#ledger?.noteIndex(this.#streamOf(dataStream), index).catch(() => undefined);
  }

  #streamOf(name: string): ClusterStream {
    return { cluster: this.#cluster, name };
  }
}
