// Tries a request again while its error says that this can help.

import type { Clock } from '../contract/clock.ts';
import { OperatorError } from '../contract/errors.ts';
import { backOff } from './back-off.ts';
import type { Wrapper } from './exchange.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** How often in all. */
  readonly attempts?: number;
  readonly firstMs?: number;
  readonly mostMs?: number;
  /** An error that asks to wait longer is not waited for here. */
  readonly patienceMs?: number;
}

export function retry({
  clock,
  random,
  attempts = 4,
  firstMs = 1000,
  mostMs = 30_000,
  patienceMs = 30_000,
}: RetryOptions): Wrapper {
  return (send) => async (request) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send(request);
      } catch (error) {
        const asked = waitAsked(error);
        if (asked === undefined || asked > patienceMs || attempt + 1 >= attempts) throw error;
        const wait = Math.max(backOff(attempt, { firstMs, mostMs }, random), asked);
        await clock.sleep(wait, request.signal);
      }
    }
  };
}

/** Undefined when trying again cannot help. */
function waitAsked(error: unknown): number | undefined {
  if (!(error instanceof OperatorError) || error.retry.kind === 'never') return undefined;
  return error.retry.afterMs ?? 0;
}
