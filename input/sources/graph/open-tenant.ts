// Opens Graph for one tenant and log type, for whoever asks: the token, the budgets and the API.

import type { ClientCredentials } from '../../auth/client-credentials.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import { ClockSkew, trackClockSkew } from '../../http/clock-skew.ts';
import { type RateLimitOptions, type RequestBudget, rateLimit } from '../../http/rate-limit.ts';
import { retry } from '../../http/retry.ts';
import { joinTokens, type SignInParts, sendDirectly } from '../tenant/sign-in.ts';
import { type BudgetLimit, budgets as publishedLimits } from './api/budgets.ts';
import type { graphHostsFor } from './api/clouds.ts';
import { type GraphApi, graphApi, throttlingOf } from './api/graph-api.ts';
import type { GraphOptions } from './options.ts';

/** The way to a tenant. */
export interface GraphWay extends SignInParts {
  readonly options: GraphOptions;
  readonly hosts: ReturnType<typeof graphHostsFor>;
  readonly telemetry: Telemetry;
}

export interface OpenGraph {
  /** GUID, lower case. */
  readonly tenantId: string;
  readonly hosts: GraphWay['hosts'];
  readonly tokens: ClientCredentials;
  readonly skew: ClockSkew;
  /** Those that every request counts in. */
  readonly budgets: readonly RequestBudget[];
  readonly api: GraphApi;
  /** Lets go of what other streams of the tenant may hold too. */
  leave(): void;
}

/** Asks for nothing yet. */
export function openGraph(
  way: GraphWay,
  tenantId: string,
  pauses: Pick<RateLimitOptions, 'onPause' | 'onResume'> = {},
): OpenGraph {
  const { options, hosts, clock, random, attempts, telemetry } = way;
  const skew = new ClockSkew(clock);
  const tokens = joinTokens(way, tenantId, skew);
  const held = joinBudgets(way, tenantId, pauses);
  const api = graphApi({
    graph: hosts.graph,
    logType: options.logType,
    feeds: options.feeds,
    send: trackClockSkew(skew)(sendDirectly(way)),
    tokens: tokens.value,
    limits: held.map(({ value }) => rateLimit(value)),
    retry: retry({ clock, random, ...(attempts?.api && { attempts: attempts.api }) }),
    telemetry,
  });
  const leave = () => {
    tokens.leave();
    for (const budget of held) budget.leave();
  };
  const budgets = held.map(({ value }) => value);
  return { tenantId, hosts, tokens: tokens.value, skew, budgets, api, leave };
}

/** A pause concerns the tenant: the budget of the application is joined without. */
function joinBudgets(
  { options, hosts, clock, random, tenants }: GraphWay,
  tenantId: string,
  pauses: Pick<RateLimitOptions, 'onPause' | 'onResume'>,
) {
  const { logType, clientId, requestsPerMinute } = options;
  const limits: readonly BudgetLimit[] = publishedLimits[logType.budget];
  return limits.map((limit) => {
    const isTenants = limit.of === 'tenant';
    const replaced = isTenants && requestsPerMinute !== undefined ? { requestsPerMinute } : limit;
    const key = `${hosts.graph} ${logType.budget} ${isTenants ? tenantId : `application ${clientId}`}`;
    const { requestsPerMinute: perMinute } = replaced;
    return tenants.joinBudget(key, {
      clock,
      random,
      requestsPerMinute: perMinute,
      ...('burst' in replaced && { burst: replaced.burst }),
      throttling: isTenants ? throttlingOf : () => undefined,
      ...(isTenants && pauses),
    });
  });
}
