// Tries a request again while its error says that this can help.

import type { Clock } from '../clock.ts';
import { OperatorError } from '../errors.ts';
import { backOff } from './back-off.ts';
import type { Wrapper } from './exchange.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** How often in all. */
  readonly attempts?: number;
  readonly firstMs?: number;
  readonly mostMs?: number;
}

export function retry({
  clock,
  random,
  attempts = 4,
  firstMs = 1000,
  mostMs = 30_000,
}: RetryOptions): Wrapper {
  return (send) => async (request) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send(request);
      } catch (error) {
        if (!(error instanceof OperatorError) || error.retry.kind === 'never' || attempt + 1 >= attempts)
          throw error;
        const wait = Math.max(backOff(attempt, { firstMs, mostMs }, random), error.retry.afterMs ?? 0);
        await clock.sleep(wait, request.signal);
      }
    }
  };
}
