// Runs several loops that end together: when the signal aborts, or when one of them fails.

import { LinkedAbort } from './linked-abort.ts';

/** Resolves when all have ended; rejects, also then, with the first failure that is not the signal's. */
export async function runTogether(
  signal: AbortSignal,
  loops: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const stop = new LinkedAbort(signal);
  const until = stop.signal;
  let failure: { readonly error: unknown } | undefined;
  const note = (error: unknown) => {
    if (until.aborted) return;
    failure = { error };
    stop.abort(error);
  };
  await Promise.all(loops.map((loop) => loop(until).catch(note)));
  stop.release();
  if (failure !== undefined) throw failure.error;
}
