// Opens one tenant for whoever asks it: its GUID, the token, the request budget and the API, put together once for the
// collector and for the commands.

import type { Dispatcher } from 'undici';
import { ClientCredentials } from '../../auth/client-credentials.ts';
import { resolveTenant } from '../../auth/resolve-tenant.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import { allowHosts } from '../../http/allow-hosts.ts';
import { ClockSkew, trackClockSkew } from '../../http/clock-skew.ts';
import type { Send } from '../../http/exchange.ts';
import { type RateLimitOptions, type RequestBudget, rateLimit } from '../../http/rate-limit.ts';
import { rememberRequests } from '../../http/request-trace.ts';
import { retry } from '../../http/retry.ts';
import { transport } from '../../http/transport.ts';
import { traceRequests } from '../../telemetry/traces.ts';
import type { TenantAccess } from '../tenant-access.ts';
import { type ManagementApi, managementApi, throttling } from './api/api.ts';
import type { hostsFor } from './api/clouds.ts';
import type { ManagementActivityOptions } from './options.ts';

const userAgent = 'm365';

/** The way to a tenant. */
export interface Way {
  readonly options: ManagementActivityOptions;
  readonly hosts: ReturnType<typeof hostsFor>;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Telemetry;
  readonly tenants: TenantAccess;
  /** The number of attempts for a request to the login host and to the API; the usual number where absent. */
  readonly attempts?: { readonly login?: number; readonly api?: number };
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

function directly({ dispatcher, clock, telemetry }: Way): Send {
  const remember = rememberRequests(clock, (exchange) => telemetry.exchanged?.(exchange));
  return traceRequests()(remember(transport({ dispatcher, userAgent, now: () => clock.now() })));
}

function toLogin(way: Way): Send {
  const { hosts, clock, random, attempts } = way;
  return retry({ clock, random, ...(attempts?.login && { attempts: attempts.login }) })(
    allowHosts([hosts.login])(directly(way)),
  );
}

/** The GUID of the tenant that the options name. */
export function findTenant(way: Way, signal: AbortSignal): Promise<string> {
  return resolveTenant(toLogin(way), way.hosts.login, way.options.tenantId, signal);
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
  const tokens = tenants.joinTokens(tokenKey(way, tenantId), () => createTokens(way, tenantId, skew));
  const limits = { clock, random, requestsPerMinute, throttling, ...pauses };
  const budget = tenants.joinBudget(`${hosts.management} ${tenantId}`, limits);
  const api = managementApi({
    management: hosts.management,
    tenantId,
    publisherIdentifier: options.publisherIdentifier ?? tenantId,
    send: trackClockSkew(skew)(directly(way)),
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

function createTokens(way: Way, tenant: string, skew: ClockSkew): ClientCredentials {
  const { options, hosts, clock } = way;
  return new ClientCredentials({
    login: hosts.login,
    tenant,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    certificate: options.certificate,
    scope: hosts.tokenScope,
    send: trackClockSkew(skew)(toLogin(way)),
    clock,
    serverNow: () => skew.now(),
  });
}

/** The connections belong to it: a token is fetched through those of the first stream that holds it. */
function tokenKey({ options, hosts }: Way, tenantId: string): string {
  const { clientId, credentialKey, transport: connections } = options;
  return JSON.stringify([hosts.login, hosts.tokenScope, tenantId, clientId, credentialKey, connections]);
}
