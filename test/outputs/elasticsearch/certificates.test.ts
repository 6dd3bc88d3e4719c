import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from '../../../input/outputs/elasticsearch/connect/connection.ts';
import type { ElasticsearchOptions } from '../../../input/outputs/elasticsearch/connect/options.ts';
import { never } from './harness.ts';
import { StandIn } from './stand-in.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const authority = read('authority.pem');
const own = { cert: read('server.pem'), key: read('server-key.pem') };

let server: StandIn;
const servers: StandIn[] = [];

afterEach(async () => {
  for (const each of servers.splice(0)) await each.close();
});

async function ask(ssl: ElasticsearchOptions['ssl'], options: ServerOptions = {}): Promise<number> {
  server = await new StandIn({ ...own, ...options }).listen();
  servers.push(server);
  const hosts = [`https://localhost:${server.port}`];
  const connection = await connect({
    hosts,
    proxyDisable: true,
    ssl: { certificateAuthorities: [authority], ...ssl },
  });
  try {
    return (await connection.send({ method: 'GET', path: '/', name: 'info' }, never)).status;
  } finally {
    await connection.close();
  }
}

describe('a pin of a public key', () => {
  const pinOf = (pem: string) => {
    const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(key).digest('base64');
  };

  test.each([
    ['of the authority', authority],
    ['of the server', own.cert],
  ])('%s is enough', async (_, pem) => {
    expect(await ask({ authorityPins: ['other', pinOf(pem)] })).toBe(200);
  });

  test('that no certificate of the chain has refuses it, and nothing is sent', async () => {
    await expect(ask({ authorityPins: ['other'] })).rejects.toMatchObject({
      message: expect.stringContaining('no certificate of its chain is one of ssl.ca_sha256'),
      uncertain: false,
      needsOperator: true,
    });
    expect(server.seen).toEqual([]);
  });

  test('does not stand for the chain itself', async () => {
    const pins = { certificateAuthorities: [], authorityPins: [pinOf(authority)] };
    await expect(ask(pins)).rejects.toMatchObject({ uncertain: false });
  });
});

describe('a server that names itself only by its common name', () => {
  const nameless = read('nameless.pem');
  const options = { cert: nameless };
  const trusted = { certificateAuthorities: [nameless] };

  test('is taken where the check is full', async () => {
    expect(await ask({ ...trusted, verificationMode: 'full' }, options)).toBe(200);
  });

  test('is refused where it is strict', async () => {
    await expect(ask({ ...trusted, verificationMode: 'strict' }, options)).rejects.toMatchObject({
      message: expect.stringContaining('its certificate is for another host'),
    });
    expect(await ask({ verificationMode: 'strict' })).toBe(200);
  });
});

describe('a server that asks for a certificate', () => {
  const asking = { requestCert: true, rejectUnauthorized: true, ca: authority };
  const key = async () => own.key;

  test('is shown the one of the settings', async () => {
    expect(await ask({ certificate: own.cert, key }, asking)).toBe(200);
  });

  test('with a key that has a passphrase', async () => {
    const locked = createPrivateKey(own.key).export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' },
    } as const);
    const ssl = { certificate: own.cert, key: async () => String(locked) };
    expect(await ask({ ...ssl, keyPassphrase: async () => 'open' }, asking)).toBe(200);
    await expect(ask({ ...ssl, keyPassphrase: async () => 'shut' }, asking)).rejects.toMatchObject({
      code: 'client-certificate',
      retry: { kind: 'never' },
    });
  });

  test('refuses who has none', async () => {
    await expect(ask({}, asking)).rejects.toMatchObject({ code: 'elasticsearch-unreachable' });
    expect(server.seen).toEqual([]);
  });

  test('a file that cannot be read is named', async () => {
    await expect(ask({ certificate: '/nowhere/client.pem', key }, asking)).rejects.toMatchObject({
      message: expect.stringMatching(/ssl\.certificate, \/nowhere\/client\.pem, cannot be read/),
    });
  });
});

test('only the versions of TLS that may be spoken are', async () => {
  const old = { maxVersion: 'TLSv1.2' } as const;
  expect(await ask({ protocols: ['TLSv1.2'] }, old)).toBe(200);
  await expect(ask({ protocols: ['TLSv1.3'] }, old)).rejects.toMatchObject({
    code: 'elasticsearch-unreachable',
  });
  expect(server.seen).toEqual([]);
});
