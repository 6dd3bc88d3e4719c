// Opens a tenant for a command, without a collector: with connections of its own, and less patience.

import { type Clock, systemClock } from '../../../contract/clock.ts';
import type { Telemetry } from '../../../contract/telemetry.ts';
import { createDispatcher } from '../../../http/dispatcher.ts';
import { findTenant } from '../../tenant/sign-in.ts';
import { TenantAccess } from '../../tenant-access.ts';
import { graphHostsFor } from '../api/clouds.ts';
import { type OpenGraph, openGraph } from '../open-tenant.ts';
import type { GraphOptions } from '../options.ts';

const silent: Telemetry = { report: () => undefined, count: () => undefined, lag: () => undefined };
// Somebody waits for the answer: an unreachable host is said sooner than a collector would.
const patienceMs = 20_000;
const attempts = { login: 2, api: 2 };

/** Resolves the tenant; asks for no token yet. */
export async function reachGraph(
  options: GraphOptions,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<OpenGraph & AsyncDisposable> {
  const hosts = graphHostsFor(options.cloud, options.hosts);
  const timeoutMs = Math.min(options.transport?.timeoutMs ?? patienceMs, patienceMs);
  const dispatcher = createDispatcher({ ...options.transport, timeoutMs });
  const shared = { options, hosts, dispatcher, clock, random: Math.random, telemetry: silent };
  const way = { ...shared, tenants: new TenantAccess(), attempts };
  try {
    const tenant = openGraph(way, await findTenant(way, signal));
    return { ...tenant, [Symbol.asyncDispose]: () => dispatcher.destroy() };
  } catch (error) {
    await dispatcher.destroy();
    throw error;
  }
}
