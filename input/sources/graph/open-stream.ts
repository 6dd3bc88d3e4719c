// Opens a tenant for the collector, which waits until it can be asked and reports what keeps it from that.

import type { Dispatcher } from 'undici';
import type { ClientCredentials } from '../../auth/client-credentials.ts';
import type { OperatorError } from '../../contract/errors.ts';
import type { CredentialEnd } from '../../contract/telemetry.ts';
import type { OpeningEnvironment } from '../source-kind.ts';
import { clockTime } from '../tenant/clock-time.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { findTenant } from '../tenant/sign-in.ts';
import { TenantGate } from '../tenant/tenant-gate.ts';
import type { graphHostsFor } from './api/clouds.ts';
import { isTenantsFault } from './api/reading-errors.ts';
import { type GraphWay, openGraph } from './open-tenant.ts';
import type { GraphOptions } from './options.ts';
import { type GraphStream, wholeOf } from './stream.ts';

/** A run with `once` ends after so many failures of the whole tenant in a row. */
const oncePatience = 5;

export interface GraphStreamParts {
  readonly options: GraphOptions;
  readonly environment: OpeningEnvironment;
  readonly hosts: ReturnType<typeof graphHostsFor>;
  readonly dispatcher: Dispatcher;
  /** The tenant can never be collected or, with `once`, not now. */
  readonly giveUp: (error: OperatorError) => void;
}

/** Tries until the tenant is known; what keeps it from being asked is reported meanwhile. */
export async function openGraphStream(parts: GraphStreamParts, signal: AbortSignal): Promise<GraphStream> {
  const { options, environment } = parts;
  const way = wayOf(parts);
  const tenantId = await waitForTenant(parts, way, signal);
  environment.claimTenant?.(tenantId);
  const status = statusOf(parts, tenantId);
  const { tokens, skew, api, leave } = openGraph(way, tenantId, {
    onPause: (untilMs) =>
      status.set('requests', {
        health: 'degraded',
        code: 'throttled',
        message: `Microsoft limits the requests for ${options.logType.title} of this tenant; all that share the limit wait until ${clockTime(untilMs)}. Nothing is lost.`,
      }),
    onResume: () => status.set('requests', undefined),
  });
  return {
    ...{ tenantId, options, environment, skew, status, api, leave },
    gate: gateOf(parts, status),
    startedAt: environment.clock.now(),
    credentials: {
      get end() {
        return endOf(options, tokens);
      },
    },
  };
}

function wayOf({ options, environment, hosts, dispatcher }: GraphStreamParts): GraphWay {
  const { clock, random, telemetry, shared } = environment;
  const { tenants } = shared;
  return { options, hosts, dispatcher, clock, random, telemetry, tenants, attempts: { login: 3 } };
}

async function waitForTenant(parts: GraphStreamParts, way: GraphWay, signal: AbortSignal): Promise<string> {
  const status = statusOf(parts, parts.options.tenantId);
  const gate = gateOf(parts, status);
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

function statusOf({ environment, options }: GraphStreamParts, tenantId: string): FeedStatus {
  return new FeedStatus(wholeOf(options.logType, tenantId), environment.telemetry, environment.log);
}

function gateOf({ environment, giveUp }: GraphStreamParts, status: FeedStatus): TenantGate {
  const { clock, random, once } = environment;
  return new TenantGate({
    clock,
    random,
    isTenantWide: isTenantsFault,
    patience: once ? oncePatience : undefined,
    onGiveUp: giveUp,
    report: (report) => status.set('tenant', report),
  });
}

/** A certificate says when it ends, once it was read; of a secret it is what the operator says. */
function endOf(options: GraphOptions, tokens: ClientCredentials): CredentialEnd {
  return options.certificate === undefined
    ? { kind: 'secret', endsAt: options.clientSecretEndsAt }
    : { kind: 'certificate', endsAt: tokens.certificateExpiresAt };
}
