// Tells one waiter that something has changed since it last looked.

export class ChangeSignal {
  #isChanged = false;
  #wake: (() => void) | undefined;

  notify(): void {
    this.#isChanged = true;
    this.#wake?.();
  }

  /** Resolves at the next change, at once where there was one since the last call, and when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#isChanged && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    this.#isChanged = false;
  }
}
