// Bounds what is in memory, in bytes: whoever asks first is served first, so a large batch is never starved by small ones.

import type { ByteBudget } from '../contract.ts';

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/** A budget of `limit` bytes. */
export function byteBudget(limit: number): ByteBudget {
  let held = 0;
  const waiters = new Set<Waiter>();

  const fits = (bytes: number) => held === 0 || held + bytes <= limit;

  const admitWaiters = () => {
    for (const waiter of waiters) {
      if (!fits(waiter.bytes)) return;
      waiters.delete(waiter);
      held += waiter.bytes;
      waiter.admit();
    }
  };

  const waitTurn = (bytes: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiters.delete(waiter);
        reject(signal.reason);
        admitWaiters();
      };
      const admit = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const waiter = { bytes, admit };
      waiters.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });

  return {
    get held() {
      return held;
    },
    async acquire(bytes, signal) {
      signal.throwIfAborted();
      if (waiters.size > 0 || !fits(bytes)) return waitTurn(bytes, signal);
      held += bytes;
    },
    release(bytes) {
      held -= bytes;
      if (held < 0) throw new RangeError(`more was released than acquired: ${-held} bytes`);
      admitWaiters();
    },
  };
}
