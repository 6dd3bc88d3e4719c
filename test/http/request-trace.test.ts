import { expect, test } from '@jest/globals';
import { Agent } from 'undici';
import type { Exchange } from '../../input/contract/telemetry.ts';
import type { HttpRequest } from '../../input/http/exchange.ts';
import { RequestTrace, rememberRequests } from '../../input/http/request-trace.ts';
import { transport } from '../../input/http/transport.ts';
import { startServer } from './local-server.ts';
import { ManualClock } from './manual-clock.ts';

const feed = { tenant: 't', source: 'management-activity', name: 'Audit.General' };

async function ask(url: (own: string) => string, answer: Parameters<typeof startServer>[0]) {
  const server = await startServer(answer);
  const dispatcher = new Agent();
  const clock = new ManualClock();
  const seen: Exchange[] = [];
  const remember = rememberRequests(clock, (exchange) => seen.push(exchange));
  const send = remember(transport({ dispatcher, userAgent: 'm365', now: () => clock.now() }));
  const request: HttpRequest = {
    method: 'GET',
    url: url(server.url),
    headers: { authorization: 'Bearer secret-in-a-header' },
    signal: new AbortController().signal,
    component: feed,
  };
  try {
    const response = await send(request);
    for await (const _ of response.body);
  } catch {
    // What becomes of it is seen in the trace.
  }
  await dispatcher.close();
  await server.close();
  return { seen, host: new URL(server.url).host };
}

test('a request is remembered by what is no secret in it', async () => {
  const query =
    '?contentType=Audit.General&startTime=2026-11-20T10:00&nextPage=secret-page&PublisherIdentifier=p';
  const { seen, host } = await ask(
    (own) => `${own.replace('://', '://user:secret-word@')}/api/feed${query}`,
    (_, response) => response.writeHead(200, { 'request-id': 'abc-123' }).end('secret-in-a-body'),
  );
  expect(seen).toEqual([
    {
      ...{ time: '2026-11-20T10:00:00.000Z', method: 'GET', host, path: '/api/feed' },
      query: { contentType: 'Audit.General', startTime: '2026-11-20T10:00' },
      ...{ status: 200, duration_ms: 0, request_id: 'abc-123', feed: 'Audit.General' },
    },
  ]);
});

test('a refusal has its status and its name, but nothing of what it says', async () => {
  const { seen } = await ask(
    (own) => `${own}/api`,
    (_, response) =>
      response.writeHead(403, { 'x-ms-request-id': 'r-1' }).end('{"error":{"message":"secret-answer"}}'),
  );
  expect(seen).toMatchObject([{ status: 403, request_id: 'r-1' }]);
  expect(JSON.stringify(seen)).not.toContain('secret');
});

test('a name that is none is left out, and a connection that breaks has its code', async () => {
  const { seen } = await ask(
    (own) => `${own}/api`,
    (_, response) => response.writeHead(200, { 'request-id': 'secret words; of="something"' }).end(),
  );
  expect(seen[0]).not.toHaveProperty('request_id');
  const { seen: broken } = await ask(
    (own) => `${own}/api`,
    (request) => request.socket.destroy(),
  );
  expect(broken).toMatchObject([{ error: expect.stringMatching(/^[\w-]+$/) }]);
  expect(broken[0]).not.toHaveProperty('status');
});

test('the last ones are kept, however many there are', () => {
  const trace = new RequestTrace();
  const followed: string[] = [];
  trace.follow(({ path }) => followed.push(path));
  for (let index = 0; index < 1000; index += 1)
    trace.add({ time: '', method: 'GET', host: 'h', path: `/${index}`, duration_ms: 1 });
  expect(trace.last.length).toBeGreaterThanOrEqual(200);
  expect(trace.last.length).toBeLessThan(400);
  expect(trace.last.at(-1)?.path).toBe('/999');
  expect(followed).toHaveLength(1000);
});
