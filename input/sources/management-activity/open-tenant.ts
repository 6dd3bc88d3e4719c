// Opens one tenant for whoever asks it: its GUID, the token, the request budget and the API, put together once for the
// collector and for the commands.

import type { ClientCredentials } from '../../auth/client-credentials.ts';
import { ClockSkew, trackClockSkew } from '../../http/clock-skew.ts';
import { type RateLimitOptions, type RequestBudget, rateLimit } from '../../http/rate-limit.ts';
import { retry } from '../../http/retry.ts';
import { joinTokens, type SignInParts, sendDirectly } from '../tenant/sign-in.ts';
import { type ManagementApi, managementApi, throttling } from './api/api.ts';
import type { hostsFor } from './api/clouds.ts';
import type { ManagementActivityOptions } from './options.ts';

/** The way to a tenant. */
export interface Way extends SignInParts {
  readonly options: ManagementActivityOptions;
  readonly hosts: ReturnType<typeof hostsFor>;
}

export interface OpenTenant {
  /** GUID, lower case. */
  readonly tenantId: string;
  readonly hosts: Way['hosts'];
  readonly tokens: ClientCredentials;
  readonly budget: RequestBudget;
  readonly skew: ClockSkew;
  readonly api: ManagementApi;
  /** Lets go of what other streams of the tenant may hold too. */
  leave(): void;
}

/** Asks for nothing yet. */
export function openTenant(
  way: Way,
  tenantId: string,
  pauses: Pick<RateLimitOptions, 'onPause' | 'onResume'> = {},
): OpenTenant {
  const { options, hosts, clock, random, attempts, telemetry, tenants } = way;
  const { requestsPerMinute } = options;
  const skew = new ClockSkew(clock);
  const tokens = joinTokens(way, tenantId, skew);
  const limits = { clock, random, requestsPerMinute, throttling, ...pauses };
  const budget = tenants.joinBudget(`${hosts.management} ${tenantId}`, limits);
  const api = managementApi({
    management: hosts.management,
    tenantId,
    publisherIdentifier: options.publisherIdentifier ?? tenantId,
    send: trackClockSkew(skew)(sendDirectly(way)),
    tokens: tokens.value,
    limit: rateLimit(budget.value),
    retry: retry({ clock, random, ...(attempts?.api && { attempts: attempts.api }) }),
    telemetry,
  });
  const leave = () => {
    tokens.leave();
    budget.leave();
  };
  return { tenantId, hosts, tokens: tokens.value, budget: budget.value, skew, api, leave };
}
