// Source: the Office 365 Management Activity API, for one tenant. Subscriptions, listings and downloads run side by side;
// what they find leaves as batches.

import type { Dispatcher } from 'undici';
import { ClientCredentials } from '../../auth/client-credentials.ts';
import { resolveTenant } from '../../auth/resolve-tenant.ts';
import type { Batch, Source, SourceEnvironment } from '../../contract.ts';
import type { OperatorError } from '../../errors.ts';
import { allowHosts } from '../../http/allow-hosts.ts';
import { ClockSkew, learnClockSkew } from '../../http/clock-skew.ts';
import { createDispatcher } from '../../http/dispatcher.ts';
import { rateLimit } from '../../http/rate-limit.ts';
import { retry } from '../../http/retry.ts';
import { transport } from '../../http/transport.ts';
import { managementApi, throttling } from './api.ts';
import { BatchQueue } from './batch-queue.ts';
import { hostsFor } from './clouds.ts';
import { collectContent } from './collect-content.ts';
import type { ManagementActivityOptions } from './options.ts';
import { ScopeStatus } from './scope-status.ts';
import { clockTime, type Stream } from './stream.ts';
import { TenantGate } from './tenant-gate.ts';

const userAgent = 'm365';
const oncePatience = 5;

export function managementActivitySource(
  options: ManagementActivityOptions,
  environment: SourceEnvironment,
): Source {
  const hosts = hostsFor(options.cloud, options.hosts);
  return {
    async *batches(signal) {
      const queue = new BatchQueue();
      const stop = new AbortController();
      const until = AbortSignal.any([signal, stop.signal]);
      const dispatcher = createDispatcher({ ...options.transport, connections: options.concurrentBlobs + 8 });
      const giveUp = (error: OperatorError) => {
        queue.fail(error);
        stop.abort(error);
      };
      const work = run(
        { options, environment, hosts, dispatcher, giveUp },
        (batch) => queue.put(batch),
        until,
      )
        .then(() => queue.end())
        .catch((error: unknown) => (until.aborted ? queue.end() : queue.fail(error)));
      try {
        yield* queue.drain(signal);
      } finally {
        stop.abort();
        await work;
        await dispatcher.destroy();
      }
    },
  };
}

interface Parts {
  readonly options: ManagementActivityOptions;
  readonly environment: SourceEnvironment;
  readonly hosts: ReturnType<typeof hostsFor>;
  readonly dispatcher: Dispatcher;
  readonly giveUp: (error: OperatorError) => void;
}

async function run(parts: Parts, emit: (batch: Batch) => void, signal: AbortSignal): Promise<void> {
  const stream = await openStream(parts, signal);
  await collectContent(stream.stream, stream.tenantId, emit, signal);
}

async function openStream(parts: Parts, signal: AbortSignal): Promise<{ stream: Stream; tenantId: string }> {
  const { options, environment, hosts, dispatcher, giveUp } = parts;
  const { clock, random, telemetry, log } = environment;
  const skew = new ClockSkew(clock);
  const direct = transport({ dispatcher, userAgent, now: () => clock.now() });
  const login = retry({ clock, random, attempts: 3 })(allowHosts([hosts.login])(direct));

  const named = { tenantId: options.tenantId.trim().toLowerCase(), contentType: '' };
  const opening = new ScopeStatus(named, telemetry, log);
  const gateOptions = { clock, random, patience: options.once ? oncePatience : undefined, onGiveUp: giveUp };
  const door = new TenantGate({ ...gateOptions, report: (report) => opening.set('tenant', report) });
  const tenantId = await passing(door, signal, () =>
    resolveTenant(login, hosts.login, options.tenantId, signal),
  );

  const status =
    named.tenantId === tenantId ? opening : new ScopeStatus({ tenantId, contentType: '' }, telemetry, log);
  const healthy = { health: 'healthy', message: 'reachable' } as const;
  const gate = new TenantGate({
    ...gateOptions,
    report: (report) => status.set('tenant', report ?? healthy),
  });
  const tokens = new ClientCredentials({
    login: hosts.login,
    tenant: tenantId,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    certificate: options.certificate,
    scope: hosts.tokenScope,
    send: login,
    clock,
    serverNow: () => skew.now(),
  });
  const api = managementApi({
    management: hosts.management,
    tenantId,
    publisherIdentifier: options.publisherIdentifier ?? tenantId,
    send: learnClockSkew(skew)(direct),
    tokens,
    limit: rateLimit({
      clock,
      random,
      requestsPerMinute: options.requestsPerMinute,
      throttling,
      onPause: (until) =>
        status.set('listing', {
          health: 'degraded',
          code: 'AF429',
          message: `Microsoft limits the requests of this tenant; everything waits until ${clockTime(until)}. Nothing is lost.`,
        }),
      onResume: () => status.set('listing', undefined),
    }),
    retry: retry({ clock, random }),
    telemetry,
  });
  const stream: Stream = {
    options,
    environment,
    api,
    skew,
    gate,
    startedAt: clock.now(),
    roles: () => tokens.claims?.roles,
  };
  return { stream, tenantId };
}

/** Tries until it works: what keeps a tenant from being asked at all is reported meanwhile. */
async function passing<T>(gate: TenantGate, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const ticket = await gate.pass(signal);
    try {
      const result = await work();
      gate.succeeded();
      return result;
    } catch (error) {
      if (signal.aborted || !gate.failed(ticket, error)) throw error;
    }
  }
}
