// A running emulator: takes each request through log, faults and service, and answers what tests ask of it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { AddedRecords } from './added.ts';

import { answerControl } from './control.ts';
import { deliver } from './deliver.ts';
import type { Emulator, Published } from './emulator.ts';
import { alterAnswer } from './faults/alter.ts';
import { answerInstead } from './faults/instead.ts';
import { FaultMatcher } from './faults/matcher.ts';
import type { Fault, FaultEntry } from './faults/plan.ts';
import { soundWire, wireOf } from './faults/wire.ts';
import type { TenantPatch, TenantSettings } from './options.ts';
import { Publisher, type PublishRequest, refuse } from './publish.ts';
import type { RequestLog } from './requests.ts';
import { readRoute } from './routes.ts';
import type { Listener } from './server.ts';
import type { Incoming, Served, Service } from './service.ts';
import type { Tenant } from './tenant.ts';
import { type EmulatorTime, isoTime } from './time.ts';
import type { TokenIssuer } from './tokens/token.ts';
import {
  type DistinctId,
  distinctIds,
  summarize,
  type TruthFilter,
  type TruthRecord,
  type TruthSummary,
  truth,
} from './truth.ts';

export interface EmulatorParts {
  readonly own: Listener;
  readonly foreign: Listener;
  readonly time: EmulatorTime;
  readonly requests: RequestLog;
  readonly running: readonly Tenant[];
  readonly service: Service;
  readonly issuer: TokenIssuer;
  readonly gzip: boolean;
}

export class RunningEmulator implements Emulator {
  private readonly parts: EmulatorParts;
  private readonly matcher = new FaultMatcher();
  private readonly added = new AddedRecords();
  private readonly publisher: Publisher;

  constructor(parts: EmulatorParts) {
    this.parts = parts;
    this.publisher = new Publisher(() => this.time.now());
  }

  get url(): string {
    return this.parts.own.url;
  }

  get foreignUrl(): string {
    return this.parts.foreign.url;
  }

  get tenants(): readonly TenantSettings[] {
    return this.parts.running.map(({ settings }) => settings);
  }

  get time(): EmulatorTime {
    return this.parts.time;
  }

  get requests(): RequestLog {
    return this.parts.requests;
  }

  *truth(filter: TruthFilter = {}): Generator<TruthRecord> {
    yield* truth(this.parts.running, this.time.now(), filter);
    yield* this.added.select(filter);
  }

  *distinctIds(filter: TruthFilter = {}): Generator<DistinctId> {
    yield* distinctIds(this.parts.running, this.time.now(), filter);
    for (const { tenantId, id } of this.added.select(filter)) if (id !== undefined) yield { tenantId, id };
  }

  summarize(): readonly TruthSummary[] {
    return summarize(this.parts.running, this.time.now());
  }

  setFaults(entries: readonly FaultEntry[]): void {
    this.matcher.set(entries, this.time.now());
  }

  faults(): ReturnType<FaultMatcher['status']> {
    return this.matcher.status();
  }

  advance(ms: number): void {
    this.time.advance(ms);
  }

  publish(request: PublishRequest): Published {
    const tenant =
      request.tenant === undefined ? this.parts.running[0] : this.parts.service.findTenant(request.tenant);
    if (!tenant) throw refuse(`There is no tenant "${request.tenant ?? ''}".`);
    const { contentId, contentType, place } = this.publisher.publish(tenant, request);
    const contentUri = `${this.url}/api/v1.0/${tenant.settings.tenantId}/activity/feed/audit/${contentId}`;
    return { contentId, contentType, contentUri, contentCreated: isoTime(place.created) };
  }

  updateTenant(text: string, patch: TenantPatch): void {
    const tenant = this.parts.service.findTenant(text);
    if (!tenant) throw refuse(`There is no tenant "${text}".`);
    tenant.update(patch);
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.own.close(), this.parts.foreign.close()]);
    for (const tenant of this.parts.running) tenant.close();
  }

  async handle(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const route = readRoute(request.method ?? 'GET', request.url ?? '/');
    if (route.path === '/emulator' || route.path.startsWith('/emulator/')) {
      const answer = answerControl(this, { ...route, body });
      return deliver(response, answer, { wire: soundWire, now: this.time.now(), gzip: false });
    }
    const log = this.requests.begin(route, request.headers, this.time.now());
    response.once('close', () => {
      log.status = response.headersSent ? response.statusCode : undefined;
      this.requests.end(log);
    });
    const incoming = { route, authorization: request.headers.authorization, body, log };
    const fault = this.matcher.next(route, this.time.now());
    log.fault = fault?.kind;
    const answer = await this.answer(incoming, fault);
    const accepts = String(request.headers['accept-encoding'] ?? '').includes('gzip');
    const gzip = this.parts.gzip && accepts && answer.status === 200 && answer.body !== '';
    await deliver(response, answer, { wire: wireOf(fault), now: this.time.now(), gzip });
  }

  private async answer(incoming: Incoming, fault: Fault | undefined): Promise<Served['answer']> {
    const { route } = incoming;
    if (!fault) return (await this.parts.service.serve(incoming)).answer;
    if (fault.kind === 'expired-token') this.revoke(incoming);
    const tenantId = this.parts.service.findTenant(route.tenant)?.settings.tenantId ?? '';
    const instead = answerInstead(fault, {
      foreignUrl: this.foreignUrl,
      target: route.target,
      tenantId,
      contentType: route.contentType ?? '',
      refuseToken: (...refusal) => this.parts.issuer.refuse(...refusal),
    });
    if (instead) return instead;
    const { answer, blob } = await this.parts.service.serve(incoming);
    return alterAnswer(fault, answer, {
      url: this.url,
      foreignUrl: this.foreignUrl,
      tenantId,
      blob,
      onAdded: (contentId, ids) => this.added.add(tenantId, contentId, ids),
    });
  }

  private revoke({ authorization }: Incoming): void {
    this.parts.issuer.revoke(authorization?.replace(/^Bearer /i, '') ?? '');
  }
}
