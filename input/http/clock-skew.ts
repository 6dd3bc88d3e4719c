// Tracks how far the server's clock is ahead of ours, by the Date header of its answers.

import type { Clock } from '../contract/clock.ts';
import { HttpError, type Wrapper } from './exchange.ts';

/** A smaller difference counts as none: the Date header has whole seconds and is as old as the answer took. */
const toleranceMs = 60_000;

export class ClockSkew {
  readonly #clock: Clock;
  #ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The difference in milliseconds, positive when the server is ahead; 0 while it is too small to matter. */
  get ms(): number {
    return this.#ms;
  }

  /** The current time by the server's clock, in milliseconds since the epoch. */
  now(): number {
    return this.#clock.now() + this.#ms;
  }

  update(date: string | undefined): void {
    const server = date === undefined ? Number.NaN : Date.parse(date);
    if (!Number.isFinite(server)) return;
    const difference = server - this.#clock.now();
    this.#ms = Math.abs(difference) < toleranceMs ? 0 : difference;
  }
}

export function trackClockSkew(skew: ClockSkew): Wrapper {
  return (send) => async (request) => {
    try {
      const response = await send(request);
      skew.update(response.header('date'));
      return response;
    } catch (error) {
      if (error instanceof HttpError) skew.update(error.date);
      throw error;
    }
  };
}
