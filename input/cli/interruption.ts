// Ctrl-C, and the SIGTERM of a service manager: the first asks for an orderly end, the second ends at once.

import type { CollectorSignals } from '../collector.ts';

export interface Interruption extends CollectorSignals, Disposable {}

// A service manager kills after 30 s or more; what is not delivered by then stays in the ledger.
const usualPatienceMs = 25_000;
// The terminal signals the whole process group, and npm passes its signal on: one Ctrl-C arrives twice.
const sameKeyMs = 500;

/** From here on signals are ours. `onFirst` is told about the first; disposing gives the signals back. */
export function listenForInterruption(
  onFirst: () => void = () => undefined,
  patienceMs = usualPatienceMs,
): Interruption {
  const stop = new AbortController();
  const abandon = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  let first = 0;
  const interrupt = () => {
    if (stop.signal.aborted && Date.now() - first < sameKeyMs) return;
    if (stop.signal.aborted) process.exit(130);
    first = Date.now();
    onFirst();
    stop.abort();
    patience = setTimeout(() => abandon.abort(), patienceMs);
    patience.unref();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    [Symbol.dispose]() {
      clearTimeout(patience);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    },
  };
}
