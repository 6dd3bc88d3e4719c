// Opens a tenant for the collector, which waits until it can be asked and reports what keeps it from that.

import type { TokenClaims } from '../../auth/token-claims.ts';
import { clockTime } from '../tenant/clock-time.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { OutputBacklog } from '../tenant/output-backlog.ts';
import type { TenantStreamParts } from '../tenant/tenant-source.ts';
import { endOfCredential, openGate, waitForTenant, wayTo } from '../tenant/wait-for-tenant.ts';
import type { hostsFor } from './api/clouds.ts';
import { isTenantWide } from './api/tenant-wide.ts';
import { openTenant } from './open-tenant.ts';
import type { ManagementActivityOptions } from './options.ts';
import { type Stream, wholeStream } from './stream.ts';

type StreamParts = TenantStreamParts<ManagementActivityOptions, ReturnType<typeof hostsFor>>;

/** Tries until the tenant is known; what keeps it from being asked is reported meanwhile. */
export async function openStream(parts: StreamParts, signal: AbortSignal): Promise<Stream> {
  const { options, environment } = parts;
  const way = wayTo(parts);
  const named = tenantStatus(parts, options.tenantId.trim().toLowerCase());
  const asked = { status: named, gate: openGate(parts, named, isTenantWide) };
  const tenantId = await waitForTenant(way, asked, signal);
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
    backlog: new OutputBacklog(environment.clock),
    api,
    gate: openGate(parts, status, isTenantWide),
    startedAt: environment.clock.now(),
    credentials: {
      get roles() {
        return tokens.claims?.roles;
      },
      get description() {
        return describeToken(tokens.claims, { management: hosts.management, tenantId });
      },
      get end() {
        return endOfCredential(options, tokens);
      },
    },
    leave,
  };
}

function tenantStatus({ environment }: StreamParts, tenantId: string): FeedStatus {
  return new FeedStatus(wholeStream(tenantId), environment.telemetry, environment.log);
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
