// Runs all writes to the ledger, one transaction per turn of the event loop: writes asked for in one turn are made
// together, in order. A full disk makes it wait and try again; one bad write does not spoil the others.

import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../contract/clock.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Logger } from '../../contract/logger.ts';
import { readFault } from '../../files/sqlite-fault.ts';

/** A write that waits for its transaction. `run` may happen again after a rollback. */
interface WaitingWrite {
  readonly run: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface TransactionParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** The file that messages name. */
  readonly file: string;
  /** Makes the error to reject with when SQLite finds the file damaged. */
  readonly damaged: (cause: unknown) => Error;
  /** Aborts when nobody can wait any longer: what the disk refuses is then rejected. */
  readonly giveUp?: AbortSignal | undefined;
  /** It is called when the disk refuses, and when it takes again. */
  readonly onHealth?: ((health: 'healthy' | 'degraded', message: string) => void) | undefined;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export class Transactions {
  readonly #database: DatabaseSync;
  readonly #parts: TransactionParts;
  readonly #closing = new AbortController();
  readonly #patience: AbortSignal;
  /** True where somebody else kept the last attempt from succeeding: SQLite waits for them, and all wait for it. */
  #held = false;
  #waiting: WaitingWrite[] = [];
  #running: Promise<void> | undefined;

  constructor(database: DatabaseSync, parts: TransactionParts) {
    this.#database = database;
    this.#parts = parts;
    const { signal } = this.#closing;
    this.#patience = parts.giveUp ? AbortSignal.any([signal, parts.giveUp]) : signal;
  }

  /**
   * Resolves with what `work` returned once its transaction is committed. A failure is explained before the next write
   * is tried, and rejected with.
   */
  write<T>(work: () => T, explain: (error: unknown) => unknown = (error) => error): Promise<T> {
    if (this.#closing.signal.aborted) return Promise.reject(closedError(this.#parts.file));
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      this.#waiting.push({
        run: () => {
          result = { value: work() };
        },
        resolve: () => result && resolve(result.value),
        reject: (error) => reject(explain(error)),
      });
      this.#running ??= this.#writeAll();
    });
  }

  /** Writes what is waiting; a write that a full disk keeps from succeeding is rejected. */
  async close(): Promise<void> {
    this.#closing.abort(closedError(this.#parts.file));
    await this.#running;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await nextTurn();
      await this.#writeGroup(this.#waiting.splice(0));
    }
    // No turn passes between the last look at the queue and this: a write that comes now starts a new run.
    this.#running = undefined;
  }

  async #writeGroup(group: readonly WaitingWrite[]): Promise<void> {
    try {
      await this.#persist(() => this.#transact(group));
    } catch (error) {
      if (group.length === 1 || this.#held) for (const write of group) write.reject(error);
      else for (const write of group) await this.#writeGroup([write]);
      return;
    }
    for (const write of group) write.resolve();
  }

  #transact(group: readonly WaitingWrite[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const write of group) write.run();
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Repeats a write for as long as the disk is full or away, or somebody else writes to the ledger. */
  async #persist(attempt: () => void): Promise<void> {
    for (let pauseMs = firstPauseMs, failures = 1; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        attempt();
        if (failures > 1) this.#recover();
        return;
      } catch (error) {
        const fault = readFault(error);
        this.#held = fault === 'held';
        if (fault === 'damaged') throw this.#parts.damaged(error);
        if (fault !== 'passing' && fault !== 'held') throw error;
        if (failures === 1 || pauseMs === longestPauseMs) this.#complain(error);
        failures += 1;
        await this.#parts.clock.sleep(pauseMs, this.#patience);
      }
    }
  }

  #complain(error: unknown): void {
    const { file, log, onHealth } = this.#parts;
    const message = `The ledger ${file} cannot be written (${describeError(error)}): nothing is acknowledged until it can. Free disk space, or mend the disk; it is tried again by itself.`;
    log.error({ error: { message: describeError(error) } }, message);
    onHealth?.('degraded', message);
  }

  #recover(): void {
    const message = `The ledger ${this.#parts.file} can be written again.`;
    this.#parts.log.info({}, message);
    this.#parts.onHealth?.('healthy', message);
  }
}

function closedError(file: string): OperatorError {
  return new OperatorError({
    code: 'ledger-closed',
    message: `The ledger ${file} is closed.`,
    advice: 'What was not acknowledged is collected again after the next start.',
    retry: { kind: 'never' },
  });
}
