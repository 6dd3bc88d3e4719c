// Gathers what is acknowledged at about the same time into one transaction of the ledger, in the order handed in.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Checkpoint, DeliveryLedger, RecordKey } from '../contract/state.ts';

export interface Commit {
  readonly keys: readonly RecordKey[];
  /** Of one file, lengths must come in growing order. */
  readonly checkpoint?: Checkpoint | undefined;
}

interface Waiting {
  readonly commit: Commit;
  readonly done: PromiseWithResolvers<void>;
}

/** One per ledger: the order of checkpoints holds only within one queue. */
export class CommitQueue {
  readonly #ledger: DeliveryLedger;
  /** Files with lines that the ledger does not know of: a later checkpoint would pass them off as acknowledged. */
  readonly #spoilt = new Map<string, unknown>();
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(ledger: DeliveryLedger) {
    this.#ledger = ledger;
  }

  /** Resolves when the transaction that holds this commit is durable; rejects when it failed as a whole. */
  commit(commit: Commit): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ commit, done });
    if (!this.#writing) void this.#writeAll();
    return done.promise;
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      // What becomes ready in this turn of the event loop shares the transaction.
      await nextTurn();
      await this.#writeTogether(this.#waiting.splice(0).filter((each) => this.#admits(each)));
    }
    this.#writing = false;
  }

  #admits({ commit: { checkpoint }, done }: Waiting): boolean {
    const failure = checkpoint && this.#spoilt.get(checkpoint.file);
    if (failure !== undefined) done.reject(failure);
    return failure === undefined;
  }

  async #writeTogether(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#ledger.commit(merge(group.map(({ commit }) => commit)));
      for (const { done } of group) done.resolve();
    } catch (error) {
      for (const { commit, done } of group) done.reject(this.#explain(commit, error));
    }
  }

  /** What is in a file is there: written again by this process, it would be there twice. */
  #explain({ checkpoint }: Commit, error: unknown): unknown {
    if (checkpoint === undefined) return error;
    const failure = error instanceof OperatorError ? error : unrecorded(checkpoint.file, error);
    this.#spoilt.set(checkpoint.file, failure);
    return failure;
  }
}

function unrecorded(file: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'checkpoint-unrecorded',
    message: `The ledger could not take up what was written to ${file}: ${describeError(cause)}.`,
    advice: 'Start again: what stands in the file is looked at then, and nothing is lost or doubled.',
    retry: { kind: 'never' },
    cause,
  });
}

function merge(commits: readonly Commit[]): { keys: RecordKey[]; checkpoints: Checkpoint[] } {
  const longest = new Map<string, Checkpoint>();
  for (const { checkpoint } of commits) {
    if (!checkpoint) continue;
    const earlier = longest.get(checkpoint.file);
    if (earlier && earlier.length > checkpoint.length) {
      throw new RangeError(`the checkpoint of ${checkpoint.file} went back from ${earlier.length}`);
    }
    longest.set(checkpoint.file, checkpoint);
  }
  return { keys: commits.flatMap(({ keys }) => keys), checkpoints: [...longest.values()] };
}
