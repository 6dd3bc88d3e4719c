// A running emulator of any APIs: it takes each request through the log, the faults and the API that answers it, and
// does what tests ask of it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiRequest, EmulatedApi, RunningApi, Served } from '../api.ts';
import { createControl } from '../control/control.ts';
import type { Controllable } from '../control/controllable.ts';
import { type ControlHandler, refuseControl } from '../control/request.ts';
import { alterRecords } from '../faults/alter.ts';
import { answerInstead } from '../faults/instead.ts';
import { FaultMatcher } from '../faults/matcher.ts';
import type { NamedFault, PlanEntry, PlayedFault } from '../faults/plan.ts';
import { createFaultPlanReader } from '../faults/read.ts';
import { chooseWire, soundWire } from '../faults/wire.ts';
import type { EmulatorTime } from '../time.ts';
import { readBearer } from '../tokens/bearer.ts';
import type { TokenIssuer } from '../tokens/token.ts';
import { AddedRecords } from '../truth/added-records.ts';
import {
  type DistinctId,
  listDistinctIds,
  listTruth,
  summarize,
  type TruthFilter,
  type TruthRecord,
  type TruthSummary,
} from '../truth/truth.ts';
import { type Account, findAccount } from '../world/account.ts';
import { answerText, type HttpAnswer } from './answer.ts';
import { deliver } from './deliver.ts';
import type { Listener } from './listen.ts';
import type { RequestLog } from './request-log.ts';
import { otherOperation, type Route, readRoute } from './route.ts';

/** An API with its state in this emulator. */
export interface OpenedApi {
  readonly api: EmulatedApi;
  readonly running: RunningApi;
}

export interface EmulatorParts {
  readonly own: Listener;
  readonly foreign: Listener;
  readonly time: EmulatorTime;
  readonly requests: RequestLog;
  readonly accounts: readonly Account[];
  readonly apis: readonly OpenedApi[];
  readonly tokens: TokenIssuer;
  readonly gzip: boolean;
}

export class RunningEmulator implements Controllable {
  private readonly parts: EmulatorParts;
  private readonly apis: readonly EmulatedApi[];
  private readonly running: readonly RunningApi[];
  private readonly matcher = new FaultMatcher();
  private readonly added = new AddedRecords();
  private readonly control: ControlHandler;

  constructor(parts: EmulatorParts) {
    this.parts = parts;
    this.apis = parts.apis.map(({ api }) => api);
    this.running = parts.apis.map(({ running }) => running);
    this.control = createControl({
      emulator: this,
      apis: this.apis,
      running: this.running,
      readFaultPlan: createFaultPlanReader(this.apis),
    });
  }

  get url(): string {
    return this.parts.own.url;
  }

  get foreignUrl(): string {
    return this.parts.foreign.url;
  }

  get time(): EmulatorTime {
    return this.parts.time;
  }

  get requests(): RequestLog {
    return this.parts.requests;
  }

  *truth(filter: TruthFilter = {}): Generator<TruthRecord> {
    for (const api of this.running) yield* listTruth(api.listFeeds(), this.time.now(), filter);
    yield* this.added.select(filter);
  }

  *distinctIds(filter: TruthFilter = {}): Generator<DistinctId> {
    for (const api of this.running) yield* listDistinctIds(api.listFeeds(), this.time.now(), filter);
    for (const { tenantId, id } of this.added.select(filter)) if (id !== undefined) yield { tenantId, id };
  }

  summarize(): readonly TruthSummary[] {
    return this.running.flatMap((api) => summarize(api.listFeeds(), this.time.now()));
  }

  setFaults(entries: readonly PlanEntry[]): void {
    this.matcher.set(entries, this.time.now());
  }

  faults(): readonly PlayedFault[] {
    return this.matcher.status();
  }

  advance(ms: number): void {
    this.time.advance(ms);
  }

  describeTenants(): readonly object[] {
    return this.parts.accounts.map(({ settings }) =>
      Object.assign({}, settings, ...this.running.map((api) => api.describeTenant?.(settings.tenantId))),
    );
  }

  updateTenant(text: string, changes: object): void {
    const account = findAccount(this.parts.accounts, text);
    if (!account) throw refuseControl(`There is no tenant "${text}".`);
    account.update(changes);
    for (const api of this.running) api.updateTenant?.(account.tenantId, changes);
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.own.close(), this.parts.foreign.close()]);
    for (const api of this.running) api.close?.();
  }

  /** Answers a request to the emulator's own address. */
  async handle(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    const route = this.findTenant(
      readRoute(this.apis, request.method ?? 'GET', request.url ?? '/'),
      authorization,
    );
    if (route.path === '/emulator' || route.path.startsWith('/emulator/')) {
      const answer = this.control({ ...route, body });
      return deliver(response, answer, { wire: soundWire, now: this.time.now(), gzip: false });
    }
    const log = this.requests.begin(route, request.headers, this.time.now());
    response.once('close', () => {
      log.status = response.headersSent ? response.statusCode : undefined;
      this.requests.end(log);
    });
    const fault = this.matcher.next(route, this.time.now());
    log.fault = fault?.kind;
    const answer = await this.answer(
      {
        route,
        body,
        authorization,
        account: findAccount(this.parts.accounts, route.tenant),
        reportMisuse: (name) => log.misuse.push(name),
      },
      fault,
    );
    const accepts = String(request.headers['accept-encoding'] ?? '').includes('gzip');
    const gzip = this.parts.gzip && accepts && answer.status === 200 && answer.body !== '';
    await deliver(response, answer, { wire: chooseWire(fault), now: this.time.now(), gzip });
  }

  /** Where an API's address names no tenant, its token does. */
  private findTenant(route: Route, authorization: string | undefined): Route {
    if (route.tenant !== undefined || route.operation === otherOperation) return route;
    const claims = this.parts.tokens.read(readBearer(authorization) ?? '');
    return claims ? { ...route, tenant: claims.tid } : route;
  }

  private async answer(request: ApiRequest, fault: NamedFault | undefined): Promise<HttpAnswer> {
    if (!fault) return (await this.serve(request)).answer;
    if (fault.kind === 'expired-token') this.parts.tokens.revoke(readBearer(request.authorization) ?? '');
    const instead = this.answerInstead(fault, request);
    if (instead) return instead;
    const { answer, records } = await this.serve(request);
    const altered = this.running.reduce((sofar, api) => api.alterAnswer?.(fault, sofar) ?? sofar, answer);
    return alterRecords(fault, altered, records, (batch, ids) => this.added.add(batch, ids));
  }

  private answerInstead(fault: NamedFault, request: ApiRequest): HttpAnswer | undefined {
    const shared = answerInstead(fault, {
      foreignUrl: this.foreignUrl,
      target: request.route.target,
      refuseToken: (...refusal) => this.parts.tokens.refuse(...refusal),
    });
    if (shared) return shared;
    for (const api of this.running) {
      const answer = api.answerFault?.(fault, request);
      if (answer) return answer;
    }
    return undefined;
  }

  private async serve(request: ApiRequest): Promise<Served> {
    if (request.route.query.has('client_secret')) request.reportMisuse('secret-in-address');
    const found = this.findApi(request.route);
    return found ? found.running.handle(request) : { answer: answerNowhere() };
  }

  private findApi({ operation }: Route): OpenedApi | undefined {
    return this.parts.apis.find(({ api }) => api.routes.some((route) => route.operation === operation));
  }
}

const answerNowhere = (): HttpAnswer =>
  answerText(404, '<html><body>Not found.</body></html>', { 'Content-Type': 'text/html' });
