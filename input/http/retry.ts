// Tries a request again while its error says that this can help.

import type { Clock } from '../contract/clock.ts';
import { OperatorError } from '../contract/errors.ts';
import { backOff } from './back-off.ts';
import type { Wrapper } from './exchange.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** The number of attempts in all. */
  readonly attempts?: number;
  readonly firstMs?: number;
  readonly mostMs?: number;
  /** An error that asks for a longer wait is not retried here. */
  readonly longestWaitMs?: number;
}

export function retry({
  clock,
  random,
  attempts = 4,
  firstMs = 1000,
  mostMs = 30_000,
  longestWaitMs = 30_000,
}: RetryOptions): Wrapper {
  return (send) => async (request) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send(request);
      } catch (error) {
        const asked = requestedWait(error);
        if (asked === undefined || asked > longestWaitMs || attempt + 1 >= attempts) throw error;
        const wait = Math.max(backOff(attempt, { firstMs, mostMs }, random), asked);
        await clock.sleep(wait, request.signal);
      }
    }
  };
}

/** Returns the wait that an error asks for; undefined when trying again cannot help. */
function requestedWait(error: unknown): number | undefined {
  if (!(error instanceof OperatorError) || error.retry.kind === 'never') return undefined;
  return error.retry.afterMs ?? 0;
}
