// What a loop has done beside itself, at most once at a time.

export class SideTask {
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** Unless it is still under way. Throws what the last one failed with. */
  begin(work: () => Promise<void>): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#running ??= work()
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves when nothing is under way any more. */
  get ended(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }
}
