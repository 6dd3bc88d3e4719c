// What a test in another process can ask of the emulator: `/emulator/…`. Faults never touch it.

import { type Answer, answerJson, answerText } from './answer.ts';
import { readAdvance, readClock, readJson, readPublish, readTenantPatch } from './control-bodies.ts';
import type { Emulator } from './emulator.ts';
import { readFaultPlan } from './faults/read.ts';
import { refuse } from './publish.ts';
import { isoTime } from './time.ts';

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

type Handler = (emulator: Emulator, request: ControlRequest) => Answer;

const handlers: Record<string, Handler> = {
  'GET /emulator': (emulator) => answerJson(200, describe(emulator)),
  'GET /emulator/truth': (emulator, { query }) => streamLines(emulator.truth(readFilter(query))),
  'GET /emulator/truth/ids': (emulator, { query }) => streamLines(emulator.distinctIds(readFilter(query))),
  'GET /emulator/truth/summary': (emulator) => answerJson(200, emulator.summarize()),
  'GET /emulator/requests': (emulator) => answerJson(200, emulator.requests.counts()),
  'GET /emulator/requests/log': (emulator) => streamLines(emulator.requests.entries()),
  'GET /emulator/requests/paths': (emulator) => answerJson(200, emulator.requests.paths()),
  'DELETE /emulator/requests': (emulator) => {
    emulator.requests.reset();
    return done();
  },
  'GET /emulator/faults': (emulator) => answerJson(200, emulator.faults()),
  'PUT /emulator/faults': (emulator, { body }) => {
    emulator.setFaults(readFaultPlan(readJson(body)));
    return answerJson(200, emulator.faults());
  },
  'DELETE /emulator/faults': (emulator) => {
    emulator.setFaults([]);
    return done();
  },
  'GET /emulator/clock': (emulator) => answerClock(emulator),
  'PUT /emulator/clock': (emulator, { body }) => {
    const { now, frozen } = readClock(body);
    if (now !== undefined) emulator.time.set(readInstant(now));
    if (frozen !== undefined) emulator.time.freeze(frozen);
    return answerClock(emulator);
  },
  'POST /emulator/advance': (emulator, { body }) => {
    emulator.advance(readAdvance(body).ms);
    return answerClock(emulator);
  },
  'POST /emulator/publish': (emulator, { body }) => answerJson(200, emulator.publish(readPublish(body))),
  'PATCH /emulator/tenant': (emulator, { query, body }) => {
    emulator.updateTenant(query.get('tenant') ?? '', readTenantPatch(body));
    return done();
  },
};

export function answerControl(emulator: Emulator, request: ControlRequest): Answer {
  const handler = handlers[`${request.method} ${request.path}`];
  if (!handler)
    return answerJson(404, {
      error: `There is no ${request.method} ${request.path}.`,
      known: Object.keys(handlers),
    });
  return handler(emulator, request);
}

const answerClock = ({ time }: Emulator): Answer =>
  answerJson(200, { now: isoTime(time.now()), frozen: time.frozen });

function readInstant(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw refuse(`"${text}" is no time.`);
  return ms;
}

const done = (): Answer => answerText(204, '', {});

const describe = ({ url, foreignUrl, tenants, time }: Emulator): object => ({
  url,
  foreignUrl,
  now: isoTime(time.now()),
  tenants,
});

const readFilter = (query: URLSearchParams) => ({
  tenantId: query.get('tenant') ?? undefined,
  contentType: query.get('contentType') ?? undefined,
});

function streamLines(values: Iterable<object>): Answer {
  return answerText(200, lines(values), { 'Content-Type': 'application/x-ndjson' });
}

function* lines(values: Iterable<object>): Generator<string> {
  let chunk = '';
  for (const value of values) {
    chunk += `${JSON.stringify(value)}\n`;
    if (chunk.length < 64 * 1024) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
