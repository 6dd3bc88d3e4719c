// Bounds what is in memory, in bytes: whoever asks first is served first, so a large batch is never starved by small
// ones. Each stream has a share, and one batch of a stream is always admitted: a stream whose output is stuck cannot
// keep the others from theirs.

import type { ByteBudget } from '../contract.ts';

export interface SharedBudget extends ByteBudget {
  /** A part that counts against the whole, and may always hold one batch. */
  share(): ByteBudget;
}

interface Share {
  held: number;
}

interface Waiter {
  readonly share: Share;
  readonly bytes: number;
  readonly admit: () => void;
}

/** A budget of `limit` bytes over all shares; beyond it, each share may hold one batch. */
export function byteBudget(limit: number): SharedBudget {
  let held = 0;
  const waiters = new Set<Waiter>();

  const take = (share: Share, bytes: number) => {
    held += bytes;
    share.held += bytes;
  };

  const admitWaiters = () => {
    let first = true;
    for (const waiter of waiters) {
      const { share, bytes } = waiter;
      const fits = first && held + bytes <= limit;
      if (fits || share.held === 0) {
        waiters.delete(waiter);
        take(share, bytes);
        waiter.admit();
      } else first = false;
    }
  };

  const waitTurn = (share: Share, bytes: number, signal: AbortSignal) =>
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
      const waiter = { share, bytes, admit };
      waiters.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });

  const makeShare = (): ByteBudget => {
    const share: Share = { held: 0 };
    return {
      get held() {
        return share.held;
      },
      async acquire(bytes, signal) {
        signal.throwIfAborted();
        const fits = waiters.size === 0 && held + bytes <= limit;
        if (!fits && share.held > 0) return waitTurn(share, bytes, signal);
        take(share, bytes);
      },
      release(bytes) {
        if (bytes > share.held)
          throw new RangeError(`more was released than acquired: ${bytes - share.held} bytes`);
        held -= bytes;
        share.held -= bytes;
        admitWaiters();
      },
    };
  };

  const own = makeShare();
  return {
    get held() {
      return held;
    },
    acquire: own.acquire,
    release: own.release,
    share: makeShare,
  };
}
