// Listens for Ctrl-C, the SIGTERM of a service manager, and the end of the terminal or of the npm that started this
// process: the first asks for an orderly end, a second Ctrl-C or SIGTERM ends at once. The orderly end has one bound,
// all in all.

import { readFileSync } from 'node:fs';
import type { CollectorSignals } from '../../runtime/collector.ts';

export interface Interruption extends CollectorSignals, Disposable {
  readonly end: AbortSignal;
}

/**
 * The bound is below what a service manager gives before it kills: Docker 10 s, Kubernetes 30 s, systemd as deploy/ has
 * it.
 */
export const usualStopMs = 8_000;
/**
 * Shares of the bound: until the first, what is in flight is delivered; until the second, the last report is sent; the
 * rest closes files.
 */
const abandonAt = 0.75;
const endAt = 0.9;
// The terminal signals the whole process group, and npm passes its signal on: one Ctrl-C arrives twice.
const sameKeyMs = 500;
const parentEveryMs = 250;

/** Listens for signals from here on. `onFirst` is called at the first; disposing gives the signals back. */
export function listenForInterruption(
  onFirst: () => void = () => undefined,
  stopMs = usualStopMs,
): Interruption {
  const stop = new AbortController();
  const abandon = new AbortController();
  const end = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let first = 0;
  const begin = () => {
    if (stop.signal.aborted) return;
    first = Date.now();
    onFirst();
    stop.abort();
    timers.push(setTimeout(() => abandon.abort(), stopMs * abandonAt).unref());
    timers.push(setTimeout(() => end.abort(), stopMs * endAt).unref());
  };
  const interrupt = () => {
    if (stop.signal.aborted && Date.now() - first >= sameKeyMs) process.exit(130);
    begin();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', begin);
  const unwatch = watchParent(begin);
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    end: end.signal,
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
      unwatch();
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', begin);
    },
  };
}

/**
 * npm passes a signal on to the shell that it runs a script in; most shells end of it, and leave the process that they
 * started. A signal that ends npm alone never reaches the shell. A process that was started by hand or as a service
 * does not come through npm, and its parent may leave.
 */
function watchParent(onGone: () => void): () => void {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const watching = setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) onGone();
  }, parentEveryMs).unref();
  return () => clearInterval(watching);
}

/** Undefined where the system does not tell, as only Linux does. */
function parentOf(pid: number): string | undefined {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
