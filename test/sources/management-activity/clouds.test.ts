import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { startEmulator } from '../../../input/emulator/index.ts';
import { cloudHosts, hostsFor } from '../../../input/sources/management-activity/api/clouds.ts';
import { clouds } from '../../../input/sources/tenant/tenant-options.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { makeCertificate } from '../../http/make-certificate.ts';
import { collectAll, distinctIds, openBench, sourceOptions } from './harness.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return port;
}

const hosts = [...new Set(Object.values(cloudHosts).flatMap(({ login, management }) => [login, management]))];
const certificate = makeCertificate({ hosts: hosts.map((url) => new URL(url).hostname) });

/** Every host of the clouds, with TLS, in front of the emulator. */
function startFront(emulatorUrl: string): Promise<number> {
  return listen(
    createTlsServer({ key: certificate.key, cert: certificate.certificate }, (request, response) => {
      const { method = 'GET', headers } = request;
      const onward = httpRequest(`${emulatorUrl}${request.url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }),
  );
}

/** The only way out: it notes who is asked for, and leads to the front. */
async function startProxy(frontPort: number, asked: Set<string>): Promise<number> {
  const server = createHttpServer((_, response) => response.writeHead(403).end());
  server.on('connect', (request, socket) => {
    asked.add(request.url ?? '');
    const onward = connect(frontPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const side of [socket, onward]) side.on('error', () => {});
    socket.on('close', () => onward.destroy());
  });
  return listen(server);
}

test.each(clouds)('in the cloud %s everything is collected, and no other host is asked', async (cloud) => {
  const clock = new IdleClock();
  const emulator = await startEmulator({ clock, tenants: [{ content: { records: 200 } }] });
  closers.push(() => emulator.close());
  const asked = new Set<string>();
  const proxyPort = await startProxy(await startFront(emulator.url), asked);
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');

  const collected = await collectAll(
    bench,
    sourceOptions(emulator.url, tenant, {
      cloud,
      tenantId: tenant.domain,
      hosts: { login: undefined, management: undefined },
      transport: {
        proxyUrl: `http://127.0.0.1:${proxyPort}`,
        certificateAuthorities: [certificate.certificate],
      },
    }),
  );

  expect(distinctIds(collected).size).toBe(200);
  const { login, management } = cloudHosts[cloud];
  expect(asked).toEqual(new Set([login, management].map((url) => `${new URL(url).host}:443`)));
  expect(collected.batches[0]?.origin.feed.tenant).toBe(tenant.tenantId);
});

test('the hosts of the clouds are those of Microsoft', () => {
  expect(Object.values(cloudHosts).map(({ login, management }) => `${login} ${management}`)).toEqual([
    'https://login.microsoftonline.com https://manage.office.com',
    'https://login.microsoftonline.com https://manage-gcc.office.com',
    'https://login.microsoftonline.us https://manage.office365.us',
    'https://login.microsoftonline.us https://manage.protection.apps.mil',
    'https://login.partner.microsoftonline.cn https://manage.office365.cn',
  ]);
});

test('a host can be replaced, and the token is for the one that is asked', () => {
  const hosts = hostsFor('gcc', { login: undefined, management: 'https://manage.example/' });
  expect(hosts).toEqual({
    login: 'https://login.microsoftonline.com',
    management: 'https://manage.example',
    tokenScope: 'https://manage.example/.default',
  });
});
