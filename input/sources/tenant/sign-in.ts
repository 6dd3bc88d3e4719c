// Signs in to a tenant for whoever asks one of its services: finds the tenant's GUID, and gets the token for a service.

import type { Dispatcher } from 'undici';
import { ClientCredentials } from '../../auth/client-credentials.ts';
import { resolveTenant } from '../../auth/resolve-tenant.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import { allowHosts } from '../../http/allow-hosts.ts';
import { type ClockSkew, trackClockSkew } from '../../http/clock-skew.ts';
import type { Send } from '../../http/exchange.ts';
import { rememberRequests } from '../../http/request-trace.ts';
import { retry } from '../../http/retry.ts';
import { transport } from '../../http/transport.ts';
import { traceRequests } from '../../telemetry/traces.ts';
import type { TenantAccess } from '../tenant-access.ts';
import type { TenantSignIn } from './tenant-options.ts';

const userAgent = 'm365';

export interface SignInParts {
  readonly options: TenantSignIn;
  /** The origin that issues tokens, and the scope of the service's. */
  readonly hosts: { readonly login: string; readonly tokenScope: string };
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Telemetry;
  readonly tenants: TenantAccess;
  /** The number of attempts for a request to the login host and to the service; the usual number where absent. */
  readonly attempts?: { readonly login?: number; readonly api?: number };
}

/** Sends as it stands, to any host. */
export function sendDirectly({ dispatcher, clock, telemetry }: SignInParts): Send {
  const remember = rememberRequests(clock, (exchange) => telemetry.exchanged?.(exchange));
  return traceRequests()(remember(transport({ dispatcher, userAgent, now: () => clock.now() })));
}

function toLogin(parts: SignInParts): Send {
  const { hosts, clock, random, attempts } = parts;
  return retry({ clock, random, ...(attempts?.login && { attempts: attempts.login }) })(
    allowHosts([hosts.login])(sendDirectly(parts)),
  );
}

/** The GUID of the tenant that the options name. */
export function findTenant(parts: SignInParts, signal: AbortSignal): Promise<string> {
  return resolveTenant(toLogin(parts), parts.hosts.login, parts.options.tenantId, signal);
}

/** Streams of one tenant share the token for a service. It is asked for when it is first needed. */
export function joinTokens(
  parts: SignInParts,
  tenantId: string,
  skew: ClockSkew,
): ReturnType<TenantAccess['joinTokens']> {
  return parts.tenants.joinTokens(tokenKey(parts, tenantId), () => createTokens(parts, tenantId, skew));
}

function createTokens(parts: SignInParts, tenant: string, skew: ClockSkew): ClientCredentials {
  const { options, hosts, clock } = parts;
  return new ClientCredentials({
    login: hosts.login,
    tenant,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    certificate: options.certificate,
    scope: hosts.tokenScope,
    send: trackClockSkew(skew)(toLogin(parts)),
    clock,
    serverNow: () => skew.now(),
  });
}

/** The connections belong to it: a token is fetched through those of the first stream that holds it. */
function tokenKey({ options, hosts }: SignInParts, tenantId: string): string {
  const { clientId, credentialKey, transport: connections } = options;
  return JSON.stringify([hosts.login, hosts.tokenScope, tenantId, clientId, credentialKey, connections]);
}
