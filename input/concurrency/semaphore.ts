// A semaphore: it bounds how many of something are under way at once, first come, first served.

export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves once a permit is free, with the function that gives it back, to be called once. */
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

/** Takes a permit of each: a caller never holds more than `own` allows, and leaves the rest of `shared` to others. */
export function nestSemaphores(own: Semaphore, shared: Semaphore): Pick<Semaphore, 'acquire'> {
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
