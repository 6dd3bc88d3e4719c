// A clock that runs faster than the wall: an hour of waiting passes in seconds, over real HTTP.

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../input/contract/clock.ts';

export interface ScaledClock extends Clock {
  /** Jumps ahead. */
  advance(ms: number): void;
}

export function scaledClock(factor: number, start = Date.now()): ScaledClock {
  const began = performance.now();
  let ahead = 0;
  return {
    now: () => Math.floor(start + ahead + (performance.now() - began) * factor),
    advance: (ms) => {
      ahead += ms;
    },
    sleep: (ms, signal) => delay(Math.max(0, ms / factor), undefined, signal ? { signal } : {}),
  };
}
