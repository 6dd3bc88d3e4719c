// The strictest proof: it fetches content again, record by record, and asks Elasticsearch for each Id.

import type { RecordReader } from '../../../pipelines/mapper.ts';
import type { RecordHead } from '../../../pipelines/record-head.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Connection } from '../../outputs/elasticsearch/connect/connection.ts';
import { countIds } from '../../outputs/elasticsearch/stored/stored-ids.ts';
import { adviseReadingKey } from '../../setup/api-key.ts';
import type { Inventory, ListedItem } from '../../sources/source-kind.ts';

export interface RecordProof {
  /** Distinct Ids that Microsoft serves. */
  readonly served: number;
  readonly found: number;
  /** Records beside these that the policy leaves out. */
  readonly filtered: number;
  /** The number of found records of which there is more than one document. */
  readonly doubled: number;
  /** The first of these. */
  readonly several: readonly string[];
  /** The first of those that are not there. */
  readonly missing: readonly string[];
  readonly missingCount: number;
  /** Items that could not be fetched again, with the reason. */
  readonly unread: readonly string[];
}

export interface RecordQuestion {
  readonly inventory: Inventory;
  readonly feed: Feed;
  /** The reader of the stream's records. */
  readonly reader: RecordReader;
  readonly connection: Connection;
  readonly dataStream: string;
  /** Undefined where the policy leaves nothing out. */
  readonly isLeftOut: ((text: string, record: RecordHead) => boolean) | undefined;
  /** Ids that are kept as dead letters. */
  readonly setAside: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

const idsAtOnce = 5000;
const shown = 20;

export class RecordProver {
  readonly #asking: RecordQuestion;
  readonly #proof = {
    served: 0,
    found: 0,
    filtered: 0,
    doubled: 0,
    several: [] as string[],
    missing: [] as string[],
    missingCount: 0,
    unread: [] as string[],
  };
  #waiting = new Set<string>();

  constructor(asking: RecordQuestion) {
    this.#asking = asking;
  }

  /** Fetches the items again. Items that cannot be read are noted; an output that cannot be asked ends the proof. */
  async take(items: readonly ListedItem[]): Promise<void> {
    const { signal } = this.#asking;
    for (const item of items) {
      try {
        for await (const id of this.#readIds(item)) this.#waiting.add(id);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OperatorError)) throw error;
        this.#proof.unread.push(`${item.position}: ${error.message}`);
      }
      if (this.#waiting.size >= idsAtOnce) await this.#ask();
    }
  }

  async end(): Promise<RecordProof> {
    await this.#ask();
    return this.#proof;
  }

  async *#readIds(item: ListedItem): AsyncGenerator<string> {
    const { inventory, feed, reader, isLeftOut } = this.#asking;
    for await (const text of inventory.read?.(feed.name, item) ?? []) {
      const record = reader.parse(text);
      if (isLeftOut?.(text, record)) this.#proof.filtered += 1;
      else yield reader.identify(record, feed.tenant).id;
    }
  }

  async #ask(): Promise<void> {
    const { setAside, connection, dataStream, signal } = this.#asking;
    const ids = [...this.#waiting].filter((id) => !setAside.has(id));
    this.#waiting = new Set();
    if (ids.length === 0) return;
    const stored = await countIds(connection, dataStream, ids, signal);
    if (!stored.complete) throw mayNotRead(dataStream);
    const proof = this.#proof;
    proof.served += ids.length;
    proof.found += stored.distinct;
    proof.doubled += stored.duplicated.size;
    proof.several.push(...[...stored.duplicated.keys()].slice(0, shown - proof.several.length));
    proof.missingCount += stored.missing.length;
    proof.missing.push(...stored.missing.slice(0, shown - proof.missing.length));
  }
}

function mayNotRead(dataStream: string): OperatorError {
  return new OperatorError({
    code: 'may-not-read',
    message: `The key of the output may not refresh and read ${dataStream}, so nothing can be proved by its documents.`,
    advice: adviseReadingKey([dataStream]),
    retry: { kind: 'never' },
  });
}
