// The ledger on SQLite: the items that were listed, the records that were delivered, and how much of the local files
// counts. Each part of it is a file of its own; this one opens them on one database.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../contract/clock.ts';
import { describeError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Lease, State } from '../../contract/state.ts';
import { isoTime, minuteMs } from '../../contract/time.ts';
import { type FolderLock, lockFolder } from '../../files/folder-lock.ts';
import { createOwnedFolder } from '../../files/owned-files.ts';
import { damageError, readFault } from '../../files/sqlite-fault.ts';
import { type Imported, type ImportOptions, importLines, type Transact } from '../portable/import-state.ts';
import { exportLines } from '../portable/portable-state.ts';
import type { Access } from './access.ts';
import { SqliteCheckpoints } from './checkpoints.ts';
import {
  forgetUse,
  leaveClosingNote,
  noteUse,
  readLastUse,
  takeClosingNote,
  wasCopied,
} from './closing-note.ts';
import { Components } from './components.ts';
import { SqliteDelivery } from './delivery.ts';
import { forgottenBefore, type Retention } from './ids/seen-ids.ts';
import { ledgerFile, markSuspect, type OpenedFile, openToRead } from './ledger-file.ts';
import { countRun, migrations, readIdentity } from './ledger-schema.ts';
import { lookThroughApart } from './look-through.ts';
import { openSound, openSoundToRead } from './sound-ledger.ts';
import { Transactions } from './transactions.ts';
import { readUnrecorded, recordLack } from './unrecorded.ts';
import { SqliteWorkLedger } from './work-items.ts';

export interface LedgerOptions {
  /** Sources reach so far into the past, in milliseconds, whatever they are. */
  readonly reachMs: number;
  /** The reach of one source, by its name, that counts once anything of it is remembered. */
  readonly reachOf?: (source: string) => number | undefined;
  /** The state folder; created where it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** See TransactionParts. */
  readonly giveUp?: AbortSignal;
  readonly onHealth?: (health: 'healthy' | 'degraded', message: string) => void;
  /** The rows to carry from a damaged ledger to the one that takes its place; nothing where this is absent. */
  readonly carried?: ImportOptions;
  /** It is called when damage is met while the ledger is used; the next to open it begins a new one. */
  readonly onDamage?: () => void;
  /** Tests of the way from one schema to the next set it. */
  readonly migrations?: readonly string[];
}

/** Long enough that a process which is held up for minutes keeps its work; whoever is killed holds it no longer. */
const leaseMs = 15 * minuteMs;

/** Opens or creates the ledger of a state folder. Throws an OperatorError when another process has it, or it is newer. */
export async function openLedger(options: LedgerOptions): Promise<SqliteLedger> {
  const { folder, clock, log } = options;
  createOwnedFolder(folder);
  const lock = lockFolder(folder, 'state folder', clock.now());
  const parts = { folder, now: clock.now(), log, migrations: options.migrations ?? migrations };
  try {
    const file = ledgerFile(folder);
    const isCopy = wasCopied(file);
    const lastUse = readLastUse(file);
    const isTrusted = takeClosingNote(file);
    const verdict = isTrusted ? undefined : await lookThroughApart(file);
    return openSound({ ...parts, isTrusted, isCopy, lastUse, verdict }, options.carried, (opened) => {
      const ledger = new SqliteLedger(options, { ...opened, readOnly: false, lock });
      noteUsed(opened);
      return ledger;
    });
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

function noteUsed({ database, file }: OpenedFile): void {
  database.prepare('UPDATE identity SET used = ?').run(noteUse(file));
}

interface OpenedLedger extends OpenedFile {
  readonly readOnly: boolean;
  readonly lock: FolderLock | undefined;
}

export class SqliteLedger implements State {
  readonly checkpoints: SqliteCheckpoints;
  readonly work: SqliteWorkLedger;
  readonly delivery: SqliteDelivery;
  readonly lease: Lease = { owner: randomUUID(), ms: leaseMs };
  readonly #opened: OpenedLedger;
  readonly #options: LedgerOptions;
  readonly #transactions: Transactions;
  readonly #retention: Retention;
  #isDoubtful = false;

  constructor(options: LedgerOptions, opened: OpenedLedger) {
    const { database, file, readOnly, uncleanStart, lack } = opened;
    const { clock, log, giveUp, onHealth } = options;
    this.#opened = opened;
    this.#options = options;
    const damaged = (cause: unknown) => this.#damaged(cause);
    this.#transactions = new Transactions(database, { clock, log, file, damaged, giveUp, onHealth });
    const access: Access = {
      read: async (look) => this.#read(look),
      write: (work, explain) => this.#transactions.write(work, explain),
    };
    const components = new Components(database);
    this.checkpoints = new SqliteCheckpoints(database, components, access);
    this.work = new SqliteWorkLedger(database, components, access, clock);
    const { reachMs: shortestReachMs, reachOf } = options;
    this.#retention = {
      shortestReachMs,
      get reachMs() {
        const reaches = reachOf ? components.sources().map((source) => reachOf(source) ?? 0) : [];
        return Math.max(shortestReachMs, ...reaches);
      },
    };
    const now = clock.now();
    if (!readOnly && lack) recordLack(database, lack, now);
    const identity = readOnly ? readIdentity(database) : countRun(database);
    this.delivery = new SqliteDelivery(database, {
      access,
      clock,
      retention: this.#retention,
      identity,
      uncleanStart,
      unrecorded: readUnrecorded(database, this.rememberedSince(now)),
    });
    if (readOnly) return;
    this.work.releaseAll();
    this.delivery.load();
  }

  rememberedSince(now: number): number {
    return forgottenBefore(now, this.#retention);
  }

  async prune(now: number): Promise<boolean> {
    const moreIds = await this.delivery.prune(now);
    const moreItems = await this.work.prune(this.rememberedSince(now));
    return moreIds || moreItems;
  }

  /** The portable form, see portable-state.ts. */
  async *export(): AsyncIterable<string> {
    const exportedAt = isoTime(this.#options.clock.now());
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

  /** Some of what was delivered may not be known: the next start must doubt, as after a crash. */
  doubtNextStart(): void {
    this.#isDoubtful = true;
  }

  async close(): Promise<void> {
    if (!this.#opened.database.isOpen) return;
    await this.#transactions.close();
    if (this.#opened.readOnly) return this.#opened.database.close();
    this.#leaveTidy();
    this.#opened.lock?.release();
  }

  /** Nothing is lost where that fails, as on a full disk: the next start then counts as unclean. */
  #leaveTidy(): void {
    const { database, file } = this.#opened;
    try {
      database.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)');
      database.close();
      if (this.#isDoubtful) forgetUse(file);
      else leaveClosingNote(file);
    } catch (error) {
      if (database.isOpen) database.close();
      this.#options.log.warn({}, `The ledger ${file} could not be closed tidily: ${describeError(error)}.`);
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
    markSuspect(this.#options.folder);
    this.#options.onDamage?.();
    return damageError(this.#opened.file, cause);
  }
}
