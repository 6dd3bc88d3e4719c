// A budget of bytes in memory, first come, first served, so that small batches never starve a large one. Each stream has a
// share. Beyond the limit, a stream may hold one batch, so that a stream whose download or output is stuck cannot keep
// the others from theirs; but only so many streams of an output at once, or memory would grow with their number.

import type { ByteBudget } from '../contract/source.ts';

export interface SharedBudget extends ByteBudget {
  /** Makes a share of the budget. Beyond the limit, the shares of a group may each hold one batch, up to a bound. */
  share(group?: object): ByteBudget;
}

interface Group {
  held: number;
  /** The number of its shares that hold something. */
  holders: number;
}

interface Share {
  held: number;
  readonly group: Group;
}

/** The shares of a group may hold this many times the limit in all. */
const groupFactor = 3;

interface Waiter {
  readonly share: Share;
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Makes a budget of `limit` bytes over all shares. Within the bound of a group each share that holds something counts
 * `shareOverhead` bytes more: what belongs to a batch beside its bytes is no less than these where batches are small.
 */
export function byteBudget(limit: number, shareOverhead = 0): SharedBudget {
  let held = 0;
  const waiters = new Set<Waiter>();
  const groups = new WeakMap<object, Group>();

  const take = (share: Share, bytes: number) => {
    if (share.held === 0 && bytes > 0) share.group.holders += 1;
    held += bytes;
    share.held += bytes;
    share.group.held += bytes;
  };

  const fitsBeyond = ({ held: own, group }: Share, bytes: number) => {
    const overhead = (group.holders + 1) * shareOverhead;
    return own === 0 && (group.held === 0 || group.held + bytes + overhead <= groupFactor * limit);
  };

  const admitWaiters = () => {
    let first = true;
    // A waiter that does not even fit beyond the limit lets no smaller one of its group pass.
    const full = new Set<Group>();
    for (const waiter of waiters) {
      const { share, bytes } = waiter;
      const fits = first && held + bytes <= limit;
      if (fits || (!full.has(share.group) && fitsBeyond(share, bytes))) {
        waiters.delete(waiter);
        take(share, bytes);
        waiter.admit();
        continue;
      }
      first = false;
      if (share.held === 0) full.add(share.group);
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

  const isWaiting = (group: Group) =>
    waiters.values().some(({ share }) => share.group === group && share.held === 0);

  const makeShare = (of: object = {}): ByteBudget => {
    const group = groups.get(of) ?? { held: 0, holders: 0 };
    groups.set(of, group);
    const share: Share = { held: 0, group };
    return {
      get held() {
        return share.held;
      },
      async acquire(bytes, signal) {
        signal.throwIfAborted();
        const fits = waiters.size === 0 && held + bytes <= limit;
        if (!fits && (isWaiting(group) || !fitsBeyond(share, bytes))) return waitTurn(share, bytes, signal);
        take(share, bytes);
      },
      release(bytes) {
        if (bytes > share.held)
          throw new RangeError(`more was released than acquired: ${bytes - share.held} bytes`);
        held -= bytes;
        share.held -= bytes;
        group.held -= bytes;
        if (share.held === 0 && bytes > 0) group.holders -= 1;
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
