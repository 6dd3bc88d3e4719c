// The access to a tenant that its streams share, whichever feeds each of them collects: the token, which is fetched
// once, and the request budget, since a service counts all requests of a tenant together.

import type { ClientCredentials } from '../auth/client-credentials.ts';
import { type RateLimitOptions, RequestBudget } from '../http/rate-limit.ts';

interface Held<Value> {
  readonly value: Value;
  /** A stream that asks no more calls it once. */
  leave(): void;
}

interface Tokens {
  readonly tokens: ClientCredentials;
  holders: number;
}

interface Budget {
  readonly budget: RequestBudget;
  readonly members: Set<RateLimitOptions>;
}

export class TenantAccess {
  readonly #tokens = new Map<string, Tokens>();
  readonly #budgets = new Map<string, Budget>();

  /** `key` says all that two streams have in common where one token serves both. */
  joinTokens(key: string, create: () => ClientCredentials): Held<ClientCredentials> {
    const known = this.#tokens.get(key) ?? { tokens: create(), holders: 0 };
    this.#tokens.set(key, known);
    known.holders += 1;
    return {
      value: known.tokens,
      leave: () => {
        known.holders -= 1;
        if (known.holders === 0) this.#tokens.delete(key);
      },
    };
  }

  /** One budget for each key, as small as the smallest of those who hold it; all of them are told of its pauses. */
  joinBudget(key: string, options: RateLimitOptions): Held<RequestBudget> {
    const known = this.#budgets.get(key) ?? createBudget(options);
    this.#budgets.set(key, known);
    known.members.add(options);
    adjust(known);
    return {
      value: known.budget,
      leave: () => {
        known.members.delete(options);
        if (known.members.size === 0) this.#budgets.delete(key);
        else adjust(known);
      },
    };
  }
}

function createBudget(options: RateLimitOptions): Budget {
  const members = new Set<RateLimitOptions>();
  const budget = new RequestBudget({
    ...options,
    onPause: (untilMs, sent) => {
      for (const member of members) member.onPause?.(untilMs, sent);
    },
    onResume: () => {
      for (const member of members) member.onResume?.();
    },
  });
  return { budget, members };
}

function adjust({ budget, members }: Budget): void {
  budget.limitTo(Math.min(...[...members].map(({ requestsPerMinute }) => requestsPerMinute)));
}
