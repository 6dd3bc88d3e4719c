// Puts together what one tenant is asked through: the tenant's GUID, the token, the budget, the API.

import type { Dispatcher } from 'undici';
import { ClientCredentials } from '../../auth/client-credentials.ts';
import { resolveTenant } from '../../auth/resolve-tenant.ts';
import type { TokenClaims } from '../../auth/token-claims.ts';
import type { PrioritySemaphore } from '../../concurrency/priority-semaphore.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { SourceEnvironment } from '../../contract/source.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import { allowHosts } from '../../http/allow-hosts.ts';
import { ClockSkew, trackClockSkew } from '../../http/clock-skew.ts';
import type { Send } from '../../http/exchange.ts';
import { RequestBudget, rateLimit } from '../../http/rate-limit.ts';
import { retry } from '../../http/retry.ts';
import { transport } from '../../http/transport.ts';
import { traceRequests } from '../../telemetry/traces.ts';
import { managementApi, throttling } from './api/api.ts';
import type { hostsFor } from './api/clouds.ts';
import { TenantGate } from './api/tenant-gate.ts';
import type { ManagementActivityOptions } from './options.ts';
import { ScopeStatus } from './scope-status.ts';
import { clockTime, type Stream, wholeStream } from './stream.ts';

const userAgent = 'm365';
/** With `once`: so many failures of the whole tenant in a row. */
const oncePatience = 5;

export interface StreamParts {
  readonly options: ManagementActivityOptions;
  readonly environment: SourceEnvironment;
  readonly hosts: ReturnType<typeof hostsFor>;
  readonly dispatcher: Dispatcher;
  readonly turns: PrioritySemaphore;
  /** The tenant can never be collected or, with `once`, not now. */
  readonly giveUp: (error: OperatorError) => void;
}

/** Tries until the tenant is known; what keeps it from being asked is reported meanwhile. */
export async function openStream(parts: StreamParts, signal: AbortSignal): Promise<Stream> {
  const { options, environment, hosts, dispatcher } = parts;
  const { clock, random } = environment;
  const direct = traceRequests()(transport({ dispatcher, userAgent, now: () => clock.now() }));
  const login = retry({ clock, random, attempts: 3 })(allowHosts([hosts.login])(direct));
  const tenantId = await findTenant(parts, login, signal);
  environment.claimTenant?.(tenantId);
  const status = tenantStatus(parts, tenantId);
  const skew = new ClockSkew(clock);
  const tokens = tokensFor(parts, tenantId, login, skew);
  const budget = requestBudget(parts, status);
  const expected = { management: hosts.management, tenantId };
  return {
    tenantId,
    options,
    environment,
    skew,
    status,
    budget,
    turns: parts.turns,
    gate: tenantGate(parts, status),
    startedAt: clock.now(),
    credentials: {
      get roles() {
        return tokens.claims?.roles;
      },
      get description() {
        return describeToken(tokens.claims, expected);
      },
      get end() {
        return endOf(options, tokens);
      },
    },
    api: managementApi({
      ...expected,
      publisherIdentifier: options.publisherIdentifier ?? tenantId,
      send: trackClockSkew(skew)(direct),
      tokens,
      limit: rateLimit(budget),
      retry: retry({ clock, random }),
      telemetry: environment.telemetry,
    }),
  };
}

async function findTenant(parts: StreamParts, login: Send, signal: AbortSignal): Promise<string> {
  const { options, hosts } = parts;
  const status = tenantStatus(parts, options.tenantId.trim().toLowerCase());
  const gate = tenantGate(parts, status);
  for (let failures = 0; ; failures += 1) {
    const ticket = await gate.pass(signal);
    try {
      const tenantId = await resolveTenant(login, hosts.login, options.tenantId, signal);
      // From here on it is known by its GUID.
      if (failures > 0) status.set('tenant', { health: 'stopped', message: `found as ${tenantId}` });
      return tenantId;
    } catch (error) {
      if (signal.aborted || !gate.failed(ticket, error)) throw error;
    }
  }
}

function tenantStatus({ environment }: StreamParts, tenantId: string): ScopeStatus {
  return new ScopeStatus(wholeStream(tenantId), environment.telemetry, environment.log);
}

function tenantGate({ options, environment, giveUp }: StreamParts, status: ScopeStatus): TenantGate {
  const { clock, random } = environment;
  const patience = options.once ? oncePatience : undefined;
  return new TenantGate({
    clock,
    random,
    patience,
    onGiveUp: giveUp,
    report: (report) => status.set('tenant', report),
  });
}

function tokensFor(parts: StreamParts, tenant: string, send: Send, skew: ClockSkew): ClientCredentials {
  const { options, environment, hosts } = parts;
  return new ClientCredentials({
    login: hosts.login,
    tenant,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    certificate: options.certificate,
    scope: hosts.tokenScope,
    send,
    clock: environment.clock,
    serverNow: () => skew.now(),
  });
}

/** A certificate says when it ends, once it was read; of a secret it is what the operator says. */
function endOf(options: ManagementActivityOptions, tokens: ClientCredentials): CredentialEnd {
  return options.certificate === undefined
    ? { kind: 'secret', endsAt: options.clientSecretEndsAt }
    : { kind: 'certificate', endsAt: tokens.certificateExpiresAt };
}

function requestBudget({ options, environment }: StreamParts, status: ScopeStatus): RequestBudget {
  const { clock, random } = environment;
  const { requestsPerMinute } = options;
  return new RequestBudget({
    clock,
    random,
    requestsPerMinute,
    throttling,
    onPause: (untilMs, sent) =>
      status.set('requests', {
        health: 'degraded',
        code: 'AF429',
        message: `Microsoft limits the requests of this tenant; everything waits until ${clockTime(untilMs)}. Nothing is lost.${blameOthers(sent, requestsPerMinute)}`,
      }),
    onResume: () => status.set('requests', undefined),
  });
}

/** Microsoft counts all programs on a tenant together; where ours was modest, there is another. */
function blameOthers(sentInLastMinute: number, requestsPerMinute: number): string {
  if (sentInLastMinute >= requestsPerMinute / 2) return '';
  return ` This collector sent only ${sentInLastMinute} requests in the last minute (its budget is ${requestsPerMinute}): another program probably collects from this tenant.`;
}

interface ExpectedToken {
  readonly management: string;
  readonly tenantId: string;
}

/** The API's application ID, which may stand for its URL as the audience. */
const apiApplicationId = 'c5393580-f805-4401-95e8-94b7a6ef2fc2';

/** One sentence, or nothing where the token cannot be read. */
function describeToken(claims: TokenClaims | undefined, expected: ExpectedToken): string {
  if (claims === undefined) return '';
  const { audience, tenantId, roles } = claims;
  if (audience !== undefined && audience !== apiApplicationId && !sameUrl(audience, expected.management)) {
    return `The token is for ${audience}, not for ${expected.management}: check cloud and management_url.`;
  }
  if (tenantId !== undefined && tenantId !== expected.tenantId) {
    return `The token is of tenant ${tenantId}, not of ${expected.tenantId}: check tenant_id.`;
  }
  return roles.length === 0
    ? 'The token carries no roles: nobody has granted admin consent to an application permission.'
    : `The token carries the roles ${roles.join(', ')}.`;
}

function sameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '').toLowerCase() === other.toLowerCase();
}
