// Opens a tenant for the collector, which waits until it can be asked and reports what keeps it from that.

import { clockTime } from '../tenant/clock-time.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { OutputBacklog } from '../tenant/output-backlog.ts';
import type { TenantStreamParts } from '../tenant/tenant-source.ts';
import { endOfCredential, openGate, waitForTenant, wayTo } from '../tenant/wait-for-tenant.ts';
import type { graphHostsFor } from './api/clouds.ts';
import { isTenantsFault } from './api/reading-errors.ts';
import { openGraph } from './open-tenant.ts';
import type { GraphOptions } from './options.ts';
import { type GraphStream, wholeOf } from './stream.ts';

type GraphStreamParts = TenantStreamParts<GraphOptions, ReturnType<typeof graphHostsFor>>;

/** Tries until the tenant is known; what keeps it from being asked is reported meanwhile. */
export async function openGraphStream(parts: GraphStreamParts, signal: AbortSignal): Promise<GraphStream> {
  const { options, environment } = parts;
  const way = wayTo(parts);
  const named = statusOf(parts, options.tenantId);
  const asked = { status: named, gate: openGate(parts, named, isTenantsFault) };
  const tenantId = await waitForTenant(way, asked, signal);
  environment.claimTenant?.(tenantId);
  const status = statusOf(parts, tenantId);
  const { tokens, skew, budgets, api, leave } = openGraph(way, tenantId, {
    onPause: (untilMs) =>
      status.set('requests', {
        health: 'degraded',
        code: 'throttled',
        message: `Microsoft limits the requests for ${options.logType.title} of this tenant; all that share the limit wait until ${clockTime(untilMs)}. Nothing is lost.`,
      }),
    onResume: () => status.set('requests', undefined),
  });
  return {
    ...{ tenantId, options, environment, skew, status, budgets, api, leave },
    backlog: new OutputBacklog(environment.clock),
    gate: openGate(parts, status, isTenantsFault),
    startedAt: environment.clock.now(),
    credentials: {
      get end() {
        return endOfCredential(options, tokens);
      },
    },
  };
}

function statusOf({ environment, options }: GraphStreamParts, tenantId: string): FeedStatus {
  return new FeedStatus(wholeOf(options.logType, tenantId), environment.telemetry, environment.log);
}
