// The control requests, `/emulator/…`: they let a test in another process ask and tell the emulator what a test in the
// same process does by calling it. Faults never touch them, and the request log does not count them.

import { Ajv } from 'ajv';
import { compiledSchema } from '../../../pipelines/json/compiled-schema.ts';
import { isoTime } from '../../contract/time.ts';
import type { EmulatedApi, RunningApi } from '../api.ts';
import type { FaultPlanReader } from '../faults/read.ts';
import { answerJson, answerText, type HttpAnswer } from '../server/answer.ts';
import type { RequestLog } from '../server/request-log.ts';
import type { EmulatorTime } from '../time.ts';
import { accountChanges } from '../world/account.ts';
import type { Controllable } from './controllable.ts';
import { describeObject, readBody, readInstant, readJson } from './read-body.ts';
import type { ControlHandler, ControlRequest } from './request.ts';

const ajv = new Ajv();
const advanceSchema = compiledSchema<{ ms: number }>(describeObject({ ms: { type: 'number' } }, ['ms']), {});
const clockSchema = compiledSchema<{ now?: string; frozen?: boolean }>(
  describeObject({ now: { type: 'string' }, frozen: { type: 'boolean' } }),
);

export interface ControlOptions {
  readonly emulator: Controllable;
  readonly apis: readonly EmulatedApi[];
  readonly running: readonly RunningApi[];
  readonly readFaultPlan: FaultPlanReader;
}

/** Creates the function that answers every control request, those of the APIs included. */
export function createControl(options: ControlOptions): ControlHandler {
  const { emulator, running } = options;
  const handlers: Readonly<Record<string, ControlHandler>> = {
    'GET /emulator': () => answerJson(200, describeEmulator(emulator)),
    ...listTruthControls(emulator),
    ...listRequestControls(emulator.requests),
    ...listFaultControls(emulator, options.readFaultPlan),
    ...listClockControls(emulator.time),
    ...Object.assign({}, ...running.map(({ controls }) => controls)),
    'PATCH /emulator/tenant': createTenantControl(emulator, options.apis),
  };
  return (request) => handlers[`${request.method} ${request.path}`]?.(request) ?? refuse(request, handlers);
}

const refuse = ({ method, path }: ControlRequest, handlers: object): HttpAnswer =>
  answerJson(404, { error: `There is no ${method} ${path}.`, known: Object.keys(handlers) });

const listTruthControls = (emulator: Controllable): Record<string, ControlHandler> => ({
  'GET /emulator/truth': ({ query }) => streamLines(emulator.truth(readFilter(query))),
  'GET /emulator/truth/ids': ({ query }) => streamLines(emulator.distinctIds(readFilter(query))),
  'GET /emulator/truth/summary': () => answerJson(200, emulator.summarize()),
});

const listRequestControls = (requests: RequestLog): Record<string, ControlHandler> => ({
  'GET /emulator/requests': () => answerJson(200, requests.counts()),
  'GET /emulator/requests/log': () => streamLines(requests.entries()),
  'GET /emulator/requests/paths': () => answerJson(200, requests.paths()),
  'DELETE /emulator/requests': () => {
    requests.reset();
    return answerNothing();
  },
});

const listFaultControls = (
  emulator: Controllable,
  readFaultPlan: FaultPlanReader,
): Record<string, ControlHandler> => ({
  'GET /emulator/faults': () => answerJson(200, emulator.faults()),
  'PUT /emulator/faults': ({ body }) => {
    emulator.setFaults(readFaultPlan(readJson(body)));
    return answerJson(200, emulator.faults());
  },
  'DELETE /emulator/faults': () => {
    emulator.setFaults([]);
    return answerNothing();
  },
});

const listClockControls = (time: EmulatorTime): Record<string, ControlHandler> => ({
  'GET /emulator/clock': () => answerClock(time),
  'PUT /emulator/clock': ({ body }) => {
    const { now, frozen } = readBody(clockSchema(), body);
    if (now !== undefined) time.set(readInstant(now));
    if (frozen !== undefined) time.freeze(frozen);
    return answerClock(time);
  },
  'POST /emulator/advance': ({ body }) => {
    time.advance(readBody(advanceSchema(), body).ms);
    return answerClock(time);
  },
});

function createTenantControl(emulator: Controllable, apis: readonly EmulatedApi[]): ControlHandler {
  const changes: Record<string, object> = Object.assign(
    {},
    accountChanges,
    ...apis.map(({ tenantChanges }) => tenantChanges),
  );
  const check = ajv.compile<object>(describeObject(changes));
  return ({ query, body }) => {
    emulator.updateTenant(query.get('tenant') ?? '', readBody(check, body));
    return answerNothing();
  };
}

const answerClock = (time: EmulatorTime): HttpAnswer =>
  answerJson(200, { now: isoTime(time.now()), frozen: time.frozen });

const answerNothing = (): HttpAnswer => answerText(204, '', {});

const describeEmulator = (emulator: Controllable): object => ({
  url: emulator.url,
  foreignUrl: emulator.foreignUrl,
  now: isoTime(emulator.time.now()),
  tenants: emulator.describeTenants(),
});

const readFilter = (query: URLSearchParams) => ({
  tenantId: query.get('tenant') ?? undefined,
  contentType: query.get('contentType') ?? undefined,
});

function streamLines(values: Iterable<object>): HttpAnswer {
  return answerText(200, joinLines(values), { 'Content-Type': 'application/x-ndjson' });
}

function* joinLines(values: Iterable<object>): Generator<string> {
  let chunk = '';
  for (const value of values) {
    chunk += `${JSON.stringify(value)}\n`;
    if (chunk.length < 64 * 1024) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
