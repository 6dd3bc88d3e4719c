// How far the server's clock is ahead of ours, from the Date header of its answers.

import type { Clock } from '../contract/clock.ts';
import { HttpError, type Wrapper } from './exchange.ts';

/** The Date header has whole seconds and is as old as the answer took: less than this is no difference. */
const toleranceMs = 60_000;

export class ClockSkew {
  readonly #clock: Clock;
  #ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Positive when the server is ahead; 0 while the difference is too small to matter. */
  get ms(): number {
    return this.#ms;
  }

  /** The server's idea of now. */
  now(): number {
    return this.#clock.now() + this.#ms;
  }

  learn(date: string | undefined): void {
    const server = date === undefined ? Number.NaN : Date.parse(date);
    if (!Number.isFinite(server)) return;
    const difference = server - this.#clock.now();
    this.#ms = Math.abs(difference) < toleranceMs ? 0 : difference;
  }
}

export function learnClockSkew(skew: ClockSkew): Wrapper {
  return (send) => async (request) => {
    try {
      const response = await send(request);
      skew.learn(response.header('date'));
      return response;
    } catch (error) {
      if (error instanceof HttpError) skew.learn(error.date);
      throw error;
    }
  };
}
