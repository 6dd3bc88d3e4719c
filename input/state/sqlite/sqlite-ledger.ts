// The ledger on SQLite: what was listed, what was delivered, and how much of the local files counts. Each part of it
// is a file of its own; this one opens them on one database and gives them the shape of the contract.

import type { BatchCounts } from '../../contract/batch-counts.ts';
import type { Clock } from '../../contract/clock.ts';
import { describeError } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Logger } from '../../contract/logger.ts';
import type {
  BlobState,
  Checkpoint,
  Gap,
  Ledger,
  LedgerBlob,
  ListedBlob,
  RecordKey,
} from '../../contract/state.ts';
import { type FolderLock, lockFolder } from '../../files/folder-lock.ts';
import { createOwnedFolder } from '../../files/owned-files.ts';
import { damageError, readFault } from '../../files/sqlite-fault.ts';
import { type Imported, type ImportOptions, importLines, type Transact } from '../portable/import-state.ts';
import { exportLines } from '../portable/portable-state.ts';
import { leaveClosingNote, takeClosingNote } from './closing-note.ts';
import { ContentBlobs, type ListingMark } from './content-blobs.ts';
import { ledgerFile, markSuspect, type OpenedFile, openToRead } from './ledger-file.ts';
import { countRun, migrations, readIdentity } from './ledger-schema.ts';
import { Checkpoints, ScopeFacts, Scopes } from './scopes.ts';
import { SeenIds } from './seen-ids.ts';
import { openSound, openSoundToRead } from './sound-ledger.ts';
import { Transactions } from './transactions.ts';

export interface LedgerOptions {
  /** The state folder; created where it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** See TransactionParts. */
  readonly giveUp?: AbortSignal;
  readonly onHealth?: (health: 'healthy' | 'degraded', message: string) => void;
  /** What is carried from a damaged ledger to the one that takes its place; nothing where this is absent. */
  readonly carried?: ImportOptions;
  /** Called when damage is met while the ledger is used; the next to open it begins a new one. */
  readonly onDamage?: () => void;
  /** For tests of the way from one schema to the next. */
  readonly migrations?: readonly string[];
}

const idsPerPruning = 4000;
const blobsPerPruning = 500;
const idsPerTransaction = 4096;

/** Opens or creates the ledger of a state folder. Throws an OperatorError when another process has it, or it is newer. */
export async function openLedger(options: LedgerOptions): Promise<SqliteLedger> {
  const { folder, clock, log } = options;
  createOwnedFolder(folder);
  const lock = lockFolder(folder, 'state folder', clock.now());
  const parts = { folder, now: clock.now(), log, migrations: options.migrations ?? migrations };
  try {
    return openSound(
      { ...parts, isTrusted: takeClosingNote(ledgerFile(folder)) },
      options.carried,
      (opened) => new SqliteLedger(options, { ...opened, readOnly: false, lock }),
    );
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens the ledger to look at it, also while a collector uses it. Writing to it is rejected. Throws an OperatorError
 * where there is none, it is damaged, or it has another schema.
 */
export async function openLedgerToRead(options: LedgerOptions): Promise<SqliteLedger> {
  return openSoundToRead(
    options.folder,
    options.migrations ?? migrations,
    (opened) => new SqliteLedger(options, { ...opened, readOnly: true, lock: undefined }),
  );
}

interface OpenedLedger extends OpenedFile {
  readonly readOnly: boolean;
  readonly lock: FolderLock | undefined;
}

export class SqliteLedger implements Ledger {
  readonly identity: Ledger['identity'];
  readonly uncleanStart: boolean;
  readonly #opened: OpenedLedger;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onDamage: (() => void) | undefined;
  readonly #transactions: Transactions;
  readonly #scopes: Scopes;
  readonly #seen: SeenIds;
  readonly #blobs: ContentBlobs;
  readonly #facts: ScopeFacts;
  readonly #checkpoints: Checkpoints;
  #sorting = false;

  constructor(options: LedgerOptions, opened: OpenedLedger) {
    const { database, file } = opened;
    const scopes = new Scopes(database);
    this.#opened = opened;
    this.#folder = options.folder;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onDamage = options.onDamage;
    this.#scopes = scopes;
    this.#seen = new SeenIds(database);
    // Those who only look may never need them.
    if (!opened.readOnly) this.#seen.load();
    this.#blobs = new ContentBlobs(database, scopes);
    this.#facts = new ScopeFacts(database, scopes);
    this.#checkpoints = new Checkpoints(database);
    this.uncleanStart = opened.uncleanStart;
    this.identity = opened.readOnly ? readIdentity(database) : countRun(database);
    this.#transactions = new Transactions(database, {
      clock: options.clock,
      log: options.log,
      file,
      damaged: (cause) => this.#damaged(cause),
      giveUp: options.giveUp,
      onHealth: options.onHealth,
    });
  }

  async findSeen(keys: readonly RecordKey[]): Promise<Uint8Array> {
    return this.#read(() => this.#seen.find(keys, this.#clock.now()));
  }

  async commit(entry: { keys: readonly RecordKey[]; checkpoints: readonly Checkpoint[] }): Promise<void> {
    const now = this.#clock.now();
    const added = await this.#transactions.write(() => {
      this.#checkpoints.set(entry.checkpoints);
      return this.#seen.add(entry.keys, now);
    });
    this.#seen.remember(added);
    if (this.#seen.isFull && !this.#sorting) await this.#sortIn();
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    return this.#read(() => this.#checkpoints.all());
  }

  forgetCheckpoints(files: readonly string[]): Promise<void> {
    return this.#transactions.write(() => this.#checkpoints.forget(files));
  }

  async remember(keys: AsyncIterable<RecordKey>): Promise<number> {
    let taken = 0;
    let waiting: RecordKey[] = [];
    const take = async () => {
      await this.commit({ keys: waiting, checkpoints: [] });
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

  list(scope: Feed, blobs: readonly ListedBlob[], mark: ListingMark): Promise<readonly ListedBlob[]> {
    return this.#transactions.write(() => this.#blobs.list(scope, blobs, mark));
  }

  async due(
    scope: Feed,
    now: number,
    limit: number,
    except: ReadonlySet<string>,
    freshFrom = Number.MAX_SAFE_INTEGER,
  ): Promise<readonly LedgerBlob[]> {
    if (this.#read(() => this.#blobs.hasDue(scope, now))) {
      await this.#transactions.write(() => this.#blobs.makeReady(scope, now));
    }
    return this.#read(() => this.#blobs.ready(scope, limit, except, freshFrom));
  }

  async nextDueAt(scope: Feed): Promise<number | undefined> {
    return this.#read(() => this.#blobs.nextDueAt(scope));
  }

  begin(scope: Feed, contentId: string): Promise<void> {
    return this.#transactions.write(() => this.#blobs.begin(scope, contentId));
  }

  acknowledge(scope: Feed, contentId: string, counts: BatchCounts, at: number): Promise<void> {
    return this.#transactions.write(() => this.#blobs.acknowledge(scope, contentId, counts, at));
  }

  retryLater(scope: Feed, contentId: string, nextAttemptAt: number, reason: string): Promise<void> {
    return this.#transactions.write(() => this.#blobs.retryLater(scope, contentId, nextAttemptAt, reason));
  }

  giveUp(
    scope: Feed,
    contentId: string,
    state: 'expired' | 'poisoned',
    reason: string,
    at: number,
  ): Promise<void> {
    return this.#transactions.write(() => this.#blobs.giveUp(scope, contentId, state, reason, at));
  }

  reset(scope: Feed, contentId: string): Promise<boolean> {
    return this.#transactions.write(() => this.#blobs.reset(scope, contentId));
  }

  noteReplayed(scope: Feed, contentId: string, counts: BatchCounts): Promise<void> {
    return this.#transactions.write(() => this.#blobs.noteReplayed(scope, contentId, counts));
  }

  recordGap(gap: Gap): Promise<void> {
    return this.#transactions.write(() => this.#facts.addGap(gap));
  }

  async getFact(scope: Feed, name: string): Promise<string | undefined> {
    return this.#read(() => this.#facts.get(scope, name));
  }

  setFact(scope: Feed, name: string, value: string): Promise<void> {
    return this.#transactions.write(() => this.#facts.set(scope, name, value));
  }

  *blobsBetween(scope: Feed, from: string, to: string): Iterable<LedgerBlob> {
    try {
      yield* this.#blobs.between(scope, from, to);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** All that anything was ever written about. */
  async scopes(): Promise<readonly Feed[]> {
    return this.#read(() => this.#scopes.all());
  }

  async gapsBetween(scope: Feed, from: string, to: string): Promise<readonly Gap[]> {
    return this.#read(() => this.#facts.gapsBetween(scope, from, to));
  }

  async countByState(scope: Feed): Promise<Record<BlobState, number>> {
    return this.#read(() => this.#blobs.countByState(scope));
  }

  async prune(now: number): Promise<boolean> {
    await this.#sortIn();
    return this.#transactions.write(() => {
      const moreIds = this.#seen.prune(now, idsPerPruning);
      const moreBlobs = this.#blobs.prune(now, blobsPerPruning);
      return moreIds || moreBlobs;
    });
  }

  /** The portable form, see portable-state.ts. */
  async *export(): AsyncIterable<string> {
    const exportedAt = new Date(this.#clock.now()).toISOString();
    try {
      using database = openToRead(this.#opened.file);
      yield* exportLines(database, exportedAt);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Adds what was exported elsewhere. */
  import(lines: AsyncIterable<string>, options: ImportOptions): Promise<Imported> {
    const transact: Transact = (work) => this.#transactions.write(work);
    return importLines(this.#opened.database, lines, options, transact);
  }

  async close(): Promise<void> {
    if (!this.#opened.database.isOpen) return;
    await this.#transactions.close();
    if (this.#opened.readOnly) return this.#opened.database.close();
    this.#leaveTidy();
    this.#opened.lock?.release();
  }

  /** Where that fails, as on a full disk, nothing is lost: the next start then counts as unclean. */
  #leaveTidy(): void {
    const { database, file } = this.#opened;
    try {
      database.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)');
      database.close();
      leaveClosingNote(file);
    } catch (error) {
      if (database.isOpen) database.close();
      this.#log.warn({}, `The ledger ${file} could not be closed tidily: ${describeError(error)}.`);
    }
  }

  async #sortIn(): Promise<void> {
    this.#sorting = true;
    try {
      await this.#transactions.write(() => this.#seen.sortIn());
      this.#seen.forgetRecent();
    } finally {
      this.#sorting = false;
    }
  }

  #read<T>(look: () => T): T {
    try {
      return look();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    return readFault(error) === 'damaged' ? this.#damaged(error) : error;
  }

  #damaged(cause: unknown): Error {
    markSuspect(this.#folder);
    this.#onDamage?.();
    return damageError(this.#opened.file, cause);
  }
}
