// Waits, and is content to be woken.

import type { Clock } from '../../contract/clock.ts';

/** Resolves after that time, or when the signal aborts. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
