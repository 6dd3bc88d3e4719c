// Claims on the record Ids that are on their way. A second copy of an Id is not sent: it waits for the outcome of the
// first. A caller must release its Ids without waiting for anybody else's, so that nothing waits in a circle.

/** An Id that another claim holds already, or that came earlier in the same claim. */
interface HeldElsewhere {
  /** The position in the Ids that were claimed. */
  readonly index: number;
  /** True once the other copy is in the ledger; false when it failed, and the Id may be claimed again. */
  readonly acknowledged: Promise<boolean>;
}

export interface Claim {
  /** The positions of the Ids that are now the caller's, to be released whatever happens. */
  readonly mine: readonly number[];
  /** The other Ids, to be waited for only after `mine` were released. */
  readonly others: readonly HeldElsewhere[];
}

/** The outcome of an Id. Most Ids have no second copy, so the promise is made when the first waiter comes. */
class ClaimOutcome {
  #settled: PromiseWithResolvers<boolean> | undefined;

  wait(): Promise<boolean> {
    this.#settled ??= Promise.withResolvers<boolean>();
    return this.#settled.promise;
  }

  settle(acknowledged: boolean): void {
    this.#settled?.resolve(acknowledged);
  }
}

/**
 * The Ids in flight in this process. Claim first and ask the ledger second, so that an Id that is acknowledged between the
 * two is found in one of them.
 */
export class IdClaims {
  readonly #held = new Map<string, ClaimOutcome>();

  /** The number of Ids in flight. */
  get size(): number {
    return this.#held.size;
  }

  claim(ids: readonly string[]): Claim {
    const mine: number[] = [];
    const others: HeldElsewhere[] = [];
    ids.forEach((id, index) => {
      const holder = this.#held.get(id);
      if (holder) {
        others.push({ index, acknowledged: holder.wait() });
      } else {
        this.#held.set(id, new ClaimOutcome());
        mine.push(index);
      }
    });
    return { mine, others };
  }

  /** Releases claimed Ids. `acknowledged`: they are in the ledger; otherwise each waiter may claim its copy. */
  release(ids: readonly string[], acknowledged: boolean): void {
    for (const id of ids) {
      const holder = this.#held.get(id);
      if (!holder) throw new RangeError(`the Id ${id} was not claimed`);
      this.#held.delete(id);
      holder.settle(acknowledged);
    }
  }
}
