// An abort signal that also aborts with the signal that it follows. AbortSignal.any() does the same, but holds ten times as
// much memory, which counts where there are thousands.

export class LinkedAbort {
  readonly #own = new AbortController();
  readonly #followed: AbortSignal;
  readonly #follow = () => this.#own.abort(this.#followed.reason);

  constructor(followed: AbortSignal) {
    this.#followed = followed;
    if (followed.aborted) this.#follow();
    else followed.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  abort(reason?: unknown): void {
    this.#own.abort(reason);
  }

  /** Lets go of the followed signal, which otherwise holds this one. Call it once nothing waits for the signal any more. */
  release(): void {
    this.#followed.removeEventListener('abort', this.#follow);
  }
}
