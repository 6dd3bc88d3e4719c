// Stores what this process delivered: the Ids of records, the lengths of local files, and doubts about them, in one
// transaction; and, apart from that, what it is about to send and the backing indices that acknowledged documents.

import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../contract/clock.ts';
import type {
  ClusterStream,
  Delivered,
  DeliveryLedger,
  DoubtfulDocuments,
  FileLength,
  RecordKey,
  UnrecordedAttempts,
} from '../../contract/state.ts';
import type { Access } from './access.ts';
import { AcknowledgedIndexRows } from './acknowledged-indices.ts';
import { DoubtfulDocumentRows } from './doubtful-documents.ts';
import { FileLengthRows } from './file-lengths.ts';
import { forgottenBefore, type Retention, SeenIdRows } from './ids/seen-ids.ts';
import { OpenAttempts } from './open-attempts.ts';
import { forgetUnrecorded } from './unrecorded.ts';

const idsPerPruning = 4000;
const idsPerTransaction = 4096;

export interface SqliteDeliveryParts {
  readonly access: Access;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly identity: DeliveryLedger['identity'];
  readonly uncleanStart: boolean;
  readonly unrecorded: readonly UnrecordedAttempts[];
}

export class SqliteDelivery implements DeliveryLedger {
  readonly identity: DeliveryLedger['identity'];
  readonly uncleanStart: boolean;
  readonly unrecorded: readonly UnrecordedAttempts[];
  readonly #database: DatabaseSync;
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #seen: SeenIdRows;
  readonly #files: FileLengthRows;
  readonly #indices: AcknowledgedIndexRows;
  readonly #doubts: DoubtfulDocumentRows;
  readonly #attempts: OpenAttempts;
  readonly #retention: Retention;
  #sorting = false;

  constructor(database: DatabaseSync, parts: SqliteDeliveryParts) {
    this.#database = database;
    this.identity = parts.identity;
    this.uncleanStart = parts.uncleanStart;
    this.unrecorded = parts.unrecorded;
    this.#access = parts.access;
    this.#clock = parts.clock;
    this.#seen = new SeenIdRows(database, parts.retention);
    this.#files = new FileLengthRows(database);
    this.#indices = new AcknowledgedIndexRows(database);
    this.#doubts = new DoubtfulDocumentRows(database);
    this.#attempts = new OpenAttempts(database);
    this.#retention = parts.retention;
  }

  /** Reads what is needed to write; those who only look may never need it. */
  load(): void {
    this.#seen.load();
    this.#attempts.load();
  }

  findSeen(keys: readonly RecordKey[]): Promise<Uint8Array> {
    return this.#access.read(() => this.#seen.find(keys, this.#clock.now()));
  }

  async commit({ keys, fileLength, possiblyDuplicate }: Delivered): Promise<void> {
    const now = this.#clock.now();
    const added = await this.#access.write(
      () => {
        if (fileLength) this.#files.set(fileLength);
        if (possiblyDuplicate) this.#doubts.add(possiblyDuplicate, now);
        return this.#seen.add(keys, now);
      },
      (error) => (fileLength ? this.#files.spoil(fileLength, error) : error),
    );
    this.#attempts.end(keys.map(({ id }) => id));
    this.#seen.remember(added);
    if (this.#seen.isFull && !this.#sorting) await this.#sortIn();
  }

  async findOpen(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#attempts.find(ids);
  }

  async beginAttempt(ids: readonly string[]): Promise<void> {
    const now = this.#clock.now();
    const begun = await this.#access.write(() => this.#attempts.begin(ids, this.#indices.mark(), now));
    if (begun) this.#attempts.remember(begun);
  }

  async remember(keys: AsyncIterable<RecordKey>): Promise<number> {
    let taken = 0;
    let waiting: RecordKey[] = [];
    const take = async () => {
      await this.commit({ keys: waiting });
      taken += waiting.length;
      waiting = [];
    };
    for await (const key of keys) {
      waiting.push(key);
      if (waiting.length === idsPerTransaction) await take();
    }
    await take();
    return taken;
  }

  noteIndex(stream: ClusterStream, index: string): Promise<void> {
    return this.#access.write(() => this.#indices.add(stream, index));
  }

  lastIndex(stream: ClusterStream): Promise<string | undefined> {
    return this.#access.read(() => this.#indices.last(stream));
  }

  indexBefore(stream: ClusterStream, mark: number): Promise<string | undefined> {
    return this.#access.read(() => this.#indices.last(stream, mark));
  }

  doubtfulDocuments(): Promise<readonly DoubtfulDocuments[]> {
    return this.#access.read(() => this.#doubts.all());
  }

  fileLengths(): Promise<readonly FileLength[]> {
    return this.#access.read(() => this.#files.all());
  }

  forgetFiles(files: readonly string[]): Promise<void> {
    return this.#access.write(() => this.#files.forget(files));
  }

  /** True while more is left. */
  async prune(now: number): Promise<boolean> {
    await this.#sortIn();
    return this.#access.write(() => {
      this.#attempts.prune(forgottenBefore(now, this.#retention));
      forgetUnrecorded(this.#database, forgottenBefore(now, this.#retention));
      return this.#seen.prune(now, idsPerPruning);
    });
  }

  /** In pieces, each in a transaction of its own: all at once would hold the event loop. */
  async #sortIn(): Promise<void> {
    this.#sorting = true;
    try {
      const sorted = await this.#access.read(() => this.#seen.sortRecent());
      for (const piece of sorted.pieces) await this.#access.write(() => this.#seen.insert(piece));
      await this.#access.write(() => this.#seen.dropRecent(sorted));
      await this.#access.read(() => this.#seen.loadAgain());
    } finally {
      this.#sorting = false;
    }
  }
}
