// Microsoft as a command asks it, without a collector: one tenant's token and API, and what the API lists now.

import type { Dispatcher } from 'undici';
import { ClientCredentials } from '../auth/client-credentials.ts';
import { resolveTenant } from '../auth/resolve-tenant.ts';
import { systemClock } from '../contract/clock.ts';
import type { Feed } from '../contract/feed.ts';
import type { ListedBlob } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { allowHosts } from '../http/allow-hosts.ts';
import { ClockSkew, trackClockSkew } from '../http/clock-skew.ts';
import { createDispatcher } from '../http/dispatcher.ts';
import { type HttpResponse, readText } from '../http/exchange.ts';
import { rateLimit } from '../http/rate-limit.ts';
import { retry } from '../http/retry.ts';
import { transport } from '../http/transport.ts';
import { type ManagementApi, managementApi, throttling } from '../sources/management-activity/api/api.ts';
import { ApiError, readApiError } from '../sources/management-activity/api/api-error.ts';
import { hostsFor } from '../sources/management-activity/api/clouds.ts';
import { cutNewestFirst, halve, type Window } from '../sources/management-activity/listing/windows.ts';
import type { ManagementActivityOptions } from '../sources/management-activity/options.ts';

export interface Tenant extends AsyncDisposable {
  /** GUID. */
  readonly tenantId: string;
  readonly hosts: ReturnType<typeof hostsFor>;
  readonly tokens: ClientCredentials;
  readonly api: ManagementApi;
  readonly skew: ClockSkew;
}

const noTelemetry: Telemetry = { report: () => undefined, count: () => undefined, lag: () => undefined };
// Somebody waits for the answer: an unreachable host is said sooner than a collector would.
const patienceMs = 20_000;

/** Resolves the tenant; asks for no token yet. */
export async function reachTenant(options: ManagementActivityOptions, signal: AbortSignal): Promise<Tenant> {
  const hosts = hostsFor(options.cloud, options.hosts);
  const timeoutMs = Math.min(options.transport?.timeoutMs ?? patienceMs, patienceMs);
  const dispatcher = createDispatcher({ ...options.transport, timeoutMs });
  try {
    return await openTenant(options, hosts, dispatcher, signal);
  } catch (error) {
    await dispatcher.destroy();
    throw error;
  }
}

async function openTenant(
  options: ManagementActivityOptions,
  hosts: Tenant['hosts'],
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Tenant> {
  const shared = { clock: systemClock, random: Math.random };
  const direct = transport({ dispatcher, userAgent: 'm365', now: () => systemClock.now() });
  const persistent = retry({ ...shared, attempts: 2 });
  const login = persistent(allowHosts([hosts.login])(direct));
  const tenantId = await resolveTenant(login, hosts.login, options.tenantId, signal);
  const skew = new ClockSkew(systemClock);
  const tokens = new ClientCredentials({
    login: hosts.login,
    tenant: tenantId,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    certificate: options.certificate,
    scope: hosts.tokenScope,
    send: trackClockSkew(skew)(login),
    clock: systemClock,
    serverNow: () => skew.now(),
  });
  const api = managementApi({
    management: hosts.management,
    tenantId,
    publisherIdentifier: options.publisherIdentifier ?? tenantId,
    send: trackClockSkew(skew)(direct),
    tokens,
    limit: rateLimit({ ...shared, requestsPerMinute: options.requestsPerMinute, throttling }),
    retry: persistent,
    telemetry: noTelemetry,
  });
  return { tenantId, hosts, tokens, api, skew, [Symbol.asyncDispose]: () => dispatcher.destroy() };
}

const pageLimit = 32 * 1024 * 1024;
const mostPages = 100_000;
const mostRestarts = 3;

/** Everything that Microsoft lists in a window, of any length; each blob once. */
export async function* listContent(
  { api }: Pick<Tenant, 'api'>,
  scope: Feed,
  window: Window,
  signal: AbortSignal,
): AsyncGenerator<ListedBlob> {
  const seen = new Set<string>();
  for (const part of cutNewestFirst(window))
    for await (const blob of listPart(api, scope, part, signal)) {
      if (seen.has(blob.contentId)) continue;
      seen.add(blob.contentId);
      yield blob;
    }
}

/** A page that went stale restarts the window, so that a blob may come twice. */
async function* listPart(
  api: ManagementApi,
  scope: Feed,
  part: Window,
  signal: AbortSignal,
): AsyncGenerator<ListedBlob> {
  let ask = () => api.listContent(scope, part, signal);
  let restarts = 0;
  for (let page = 0; page < mostPages; page += 1) {
    try {
      const response = await ask();
      yield* await readPage(response);
      const next = api.nextPage(response);
      if (next === undefined) return;
      ask = () => api.listNextPage(scope, next, signal);
    } catch (error) {
      const stale = error instanceof ApiError && error.entry?.effect === 'restart window';
      restarts += 1;
      const halves = restarts > mostRestarts ? halve(part) : undefined;
      if (!stale || (restarts > mostRestarts && halves === undefined)) throw error;
      for (const half of halves ?? []) yield* listPart(api, scope, half, signal);
      if (halves) return;
      ask = () => api.listContent(scope, part, signal);
    }
  }
}

async function readPage(response: HttpResponse): Promise<ListedBlob[]> {
  const text = await readText(response, pageLimit);
  const list = parseList(text);
  if (!list) throw readApiError(text, response.status, undefined);
  return list.flatMap((entry) => {
    const blob = readDescriptor(entry);
    return blob ? [blob] : [];
  });
}

function parseList(text: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function readDescriptor(entry: unknown): ListedBlob | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const field = (name: string) => {
    const value: unknown = Object.entries(entry).find(([key]) => key === name)?.[1];
    return typeof value === 'string' ? value : '';
  };
  const contentId = field('contentId');
  if (contentId === '') return undefined;
  return {
    contentId,
    contentUri: field('contentUri'),
    contentCreated: utc(field('contentCreated')),
    contentExpiration: utc(field('contentExpiration')),
  };
}

/** Microsoft leaves the zone out now and then. */
function utc(time: string): string {
  return /T[\d:.]+$/.test(time) ? `${time}Z` : time;
}
