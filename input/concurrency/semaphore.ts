// How many of something may be under way at once; first come, first served.

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves with the function that gives the slot back, to be called once. */
  async acquire(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => this.#release();
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** A slot of each: whoever takes these never holds more than `own` allows, and leaves the rest of `shared` to others. */
export function nestSlots(own: Slots, shared: Slots): Pick<Slots, 'acquire'> {
  return {
    async acquire() {
      const releaseOwn = await own.acquire();
      const releaseShared = await shared.acquire();
      return () => {
        releaseShared();
        releaseOwn();
      };
    },
  };
}
