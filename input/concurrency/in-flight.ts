// Which record Ids are on their way right now. A second copy of an Id does not travel: it waits for what becomes of
// the first. Whoever claims Ids must release them without waiting for anybody else's, so nothing can wait in a circle.

/** An Id of the claim that another one holds already, or that came earlier in the same claim. */
interface HeldElsewhere {
  /** Position in the Ids that were claimed. */
  readonly index: number;
  /** True once the other copy is in the ledger; false when it failed, and the Id may be claimed again. */
  readonly acknowledged: Promise<boolean>;
}

export interface Claim {
  /** Positions of the Ids that are now the caller's, to be released whatever happens. */
  readonly mine: readonly number[];
  /** To be waited for only after `mine` were released. */
  readonly others: readonly HeldElsewhere[];
}

/** Most Ids are never wanted twice, so the promise is made when the first waiter comes. */
class Outcome {
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
 * The Ids in flight in this process. Claim first, and ask the ledger second: an Id that is acknowledged between the
 * two is then found in one of them.
 */
export class IdClaims {
  readonly #held = new Map<string, Outcome>();

  /** How many Ids are in flight. */
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
        this.#held.set(id, new Outcome());
        mine.push(index);
      }
    });
    return { mine, others };
  }

  /** `acknowledged`: the Ids are in the ledger. Otherwise each waiter is free to claim its copy. */
  release(ids: readonly string[], acknowledged: boolean): void {
    for (const id of ids) {
      const holder = this.#held.get(id);
      if (!holder) throw new RangeError(`the Id ${id} was not claimed`);
      this.#held.delete(id);
      holder.settle(acknowledged);
    }
  }
}
