// Notices that a file has another content, by looking at it again and again. Notifications of the system miss what this
// has to see: a folder that was mounted over the network, and a link on the way to the file that now leads elsewhere, which
// is how Kubernetes replaces the files of a ConfigMap.

import type { Clock } from '../contract/clock.ts';
import { statPath } from './file-change.ts';

const everyMs = 1_000;

/**
 * Yields once the file is another one than at the last time, and has stayed the same from one look to the next: who writes
 * it in pieces is done by then. The first time is for what changed before it was watched, and comes in any case. A file that
 * is gone is waited for. Ends when the signal is aborted.
 */
export async function* changesOf(file: string, clock: Clock, signal: AbortSignal): AsyncGenerator<void> {
  let told: string | undefined;
  let seen: string | undefined;
  while (!signal.aborted) {
    const stamp = await stampOf(file);
    if (stamp !== undefined && stamp === seen && stamp !== told) {
      told = stamp;
      yield;
    }
    seen = stamp;
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      return;
    }
  }
}

/** Undefined where the file cannot be looked at. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const status = await statPath(file);
    return status && `${status.dev} ${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`;
  } catch {
    return undefined;
  }
}
