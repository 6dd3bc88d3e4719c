import { afterEach, expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import { Connections } from '../../input/http/connections.ts';
import { readText } from '../../input/http/exchange.ts';
import { transport } from '../../input/http/transport.ts';
import { until } from '../end-to-end/harness.ts';
import { startServer } from './local-server.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const { signal } = new AbortController();

async function ask(dispatcher: Dispatcher, url: string): Promise<string> {
  const send = transport({ dispatcher, userAgent: 'test', now: () => Date.now() });
  return readText(await send({ method: 'GET', url, signal }), 1000);
}

test('a hundred tenants that go out the same way share the connections, until the last one leaves', async () => {
  const server = await startServer((_, response) => response.end('here'));
  closers.push(() => server.close());
  let opened = 0;
  let closed = 0;
  server.server.on('connection', (socket) => {
    opened += 1;
    socket.on('close', () => {
      closed += 1;
    });
  });
  const connections = new Connections();
  const leases = Array.from({ length: 100 }, () =>
    connections.lease({ proxyDisable: true, timeoutMs: 5000 }),
  );
  for (const { dispatcher } of leases) expect(await ask(dispatcher, server.url)).toBe('here');
  expect(opened).toBeLessThan(10);
  for (const { release } of leases.slice(1)) await release();
  const [last] = leases;
  if (last === undefined) throw new Error('no lease');
  expect(await ask(last.dispatcher, server.url)).toBe('here');
  expect(closed).toBe(0);
  await last.release();
  await until(() => closed === opened);
});

test('who goes out in another way has connections of its own', async () => {
  const connections = new Connections();
  const leases = [
    connections.lease({ timeoutMs: 5000 }),
    connections.lease({ timeoutMs: 6000 }),
    connections.lease({ timeoutMs: 5000, certificateAuthorities: undefined }),
    connections.lease(),
  ];
  const [first, slower, same, usual] = leases.map(({ dispatcher }) => dispatcher);
  expect(first).not.toBe(slower);
  expect(first).not.toBe(usual);
  expect(same).toBe(first);
  for (const { release } of leases) await release();
  const again = connections.lease({ timeoutMs: 5000 });
  expect(again.dispatcher).not.toBe(first);
  await again.release();
});
