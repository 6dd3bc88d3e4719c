// The length of the slices of one feed: as long as Microsoft allows where little happens, and shorter where a slice takes
// many pages, since the address of a page does not stay good for long.

/** A slice of so many pages was too long, of so few too short. */
const manyPages = 10;
const fewPages = 2;
const firstMs = 3_600_000;
const shortestMs = 1000;

export class SliceLength {
  readonly #longestMs: number;
  #ms: number;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
    this.#ms = Math.min(firstMs, longestMs);
  }

  get ms(): number {
    return this.#ms;
  }

  /** True where a slice can be no shorter. */
  get isShortest(): boolean {
    return this.#ms <= shortestMs;
  }

  learn(pages: number): void {
    if (pages > manyPages) this.halve();
    else if (pages <= fewPages) this.#ms = Math.min(this.#longestMs, this.#ms * 2);
  }

  halve(): void {
    this.#ms = Math.max(shortestMs, Math.floor(this.#ms / 2000) * 1000);
  }
}
