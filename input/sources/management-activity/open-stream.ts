// Opens a tenant for the collector, which waits until it can be asked and reports what keeps it from that.

import type { Dispatcher } from 'undici';
import type { ClientCredentials } from '../../auth/client-credentials.ts';
import type { TokenClaims } from '../../auth/token-claims.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { clockTime } from '../tenant/clock-time.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { findTenant } from '../tenant/sign-in.ts';
import { TenantGate } from '../tenant/tenant-gate.ts';
import type { hostsFor } from './api/clouds.ts';
import { isTenantWide } from './api/tenant-wide.ts';
import { openTenant, type Way } from './open-tenant.ts';
import type { ManagementActivityOptions } from './options.ts';
import { type Stream, wholeStream } from './stream.ts';

/** A run with `once` ends after so many failures of the whole tenant in a row. */
const oncePatience = 5;

export interface StreamParts {
  readonly options: ManagementActivityOptions;
  readonly environment: OpeningEnvironment;
  readonly hosts: ReturnType<typeof hostsFor>;
  readonly dispatcher: Dispatcher;
  /** The tenant can never be collected or, with `once`, not now. */
  readonly giveUp: (error: OperatorError) => void;
}

/** Tries until the tenant is known; what keeps it from being asked is reported meanwhile. */
export async function openStream(parts: StreamParts, signal: AbortSignal): Promise<Stream> {
  const { options, environment } = parts;
  const way = wayOf(parts);
  const tenantId = await waitForTenant(parts, way, signal);
  environment.claimTenant?.(tenantId);
  const status = tenantStatus(parts, tenantId);
  const { tokens, budget, skew, api, hosts, leave } = openTenant(way, tenantId, {
    onPause: (untilMs, sent) => reportPause(options, status, untilMs, sent),
    onResume: () => status.set('requests', undefined),
  });
  return {
    tenantId,
    options,
    environment,
    skew,
    status,
    budget,
    api,
    gate: tenantGate(parts, status),
    startedAt: environment.clock.now(),
    credentials: {
      get roles() {
        return tokens.claims?.roles;
      },
      get description() {
        return describeToken(tokens.claims, { management: hosts.management, tenantId });
      },
      get end() {
        return endOf(options, tokens);
      },
    },
    leave,
  };
}

function wayOf({ options, environment, hosts, dispatcher }: StreamParts): Way {
  const { clock, random, telemetry, shared } = environment;
  const { tenants } = shared;
  return { options, hosts, dispatcher, clock, random, telemetry, tenants, attempts: { login: 3 } };
}

async function waitForTenant(parts: StreamParts, way: Way, signal: AbortSignal): Promise<string> {
  const status = tenantStatus(parts, parts.options.tenantId.trim().toLowerCase());
  const gate = tenantGate(parts, status);
  for (let failures = 0; ; failures += 1) {
    const ticket = await gate.pass(signal);
    try {
      const tenantId = await findTenant(way, signal);
      // The tenant is known by its GUID from here on.
      if (failures > 0) status.set('tenant', { health: 'stopped', message: `found as ${tenantId}` });
      return tenantId;
    } catch (error) {
      if (signal.aborted || !gate.failed(ticket, error)) throw error;
    }
  }
}

function tenantStatus({ environment }: StreamParts, tenantId: string): FeedStatus {
  return new FeedStatus(wholeStream(tenantId), environment.telemetry, environment.log);
}

function tenantGate({ environment, giveUp }: StreamParts, status: FeedStatus): TenantGate {
  const { clock, random } = environment;
  const patience = environment.once ? oncePatience : undefined;
  return new TenantGate({
    clock,
    random,
    isTenantWide,
    patience,
    onGiveUp: giveUp,
    report: (report) => status.set('tenant', report),
  });
}

/** A certificate says when it ends, once it was read; of a secret it is what the operator says. */
function endOf(options: ManagementActivityOptions, tokens: ClientCredentials): CredentialEnd {
  return options.certificate === undefined
    ? { kind: 'secret', endsAt: options.clientSecretEndsAt }
    : { kind: 'certificate', endsAt: tokens.certificateExpiresAt };
}

function reportPause(
  { requestsPerMinute }: ManagementActivityOptions,
  status: FeedStatus,
  untilMs: number,
  sent: number,
): void {
  status.set('requests', {
    health: 'degraded',
    code: 'AF429',
    message: `Microsoft limits the requests of this tenant; everything waits until ${clockTime(untilMs)}. Nothing is lost.${blameOthers(sent, requestsPerMinute)}`,
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
