import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { describeError } from '../../../input/contract/errors.ts';
import { fileSecret } from '../../../input/options/secret.ts';
import { connect } from '../../../input/outputs/elasticsearch/connect/connection.ts';
import { parseHost } from '../../../input/outputs/elasticsearch/connect/hosts.ts';
import type { ElasticsearchOptions } from '../../../input/outputs/elasticsearch/connect/options.ts';
import { makeOutput, never } from './harness.ts';
import { StandIn } from './stand-in.ts';

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);
const authority = fixture('authority.pem');
const fingerprint = new X509Certificate(readFileSync(authority)).fingerprint256;

let server: StandIn;

beforeEach(async () => {
  server = await new StandIn().listen();
});

afterEach(() => server.close());

async function ask(options: Partial<ElasticsearchOptions> = {}) {
  const connection = await connect({ hosts: [server.url], proxyDisable: true, ...options });
  try {
    return await connection.send({ method: 'GET', path: '/', name: 'info' }, never);
  } finally {
    await connection.close();
  }
}

const authorizationOf = async (options: Partial<ElasticsearchOptions>) => {
  await ask(options);
  return server.seen.at(-1)?.headers.authorization;
};

describe('hosts', () => {
  test.each([
    ['elasticsearch.example', 'http://elasticsearch.example:9200/'],
    ['localhost:9201', 'http://localhost:9201/'],
    ['https://elasticsearch.example', 'https://elasticsearch.example:9200/'],
    ['https://elasticsearch.example:443', 'https://elasticsearch.example/'],
    ['http://elasticsearch.example:80/path/', 'http://elasticsearch.example/path/'],
    ['https://[::1]', 'https://[::1]:9200/'],
    ['https://user:pass@elasticsearch.example', 'https://user:pass@elasticsearch.example:9200/'],
  ])('%s is %s', (entry, url) => {
    expect(parseHost(entry)?.href).toBe(url);
  });

  test.each(['ftp://x', 'http://', 'https://a b'])('%s is none', (entry) => {
    expect(parseHost(entry)).toBeUndefined();
  });

  test('a path in front of the API is kept', async () => {
    await ask({ hosts: [`${server.url}/elastic/`] });
    expect(server.seen[0]?.path).toBe('/elastic/');
  });
});

describe('protocol and path', () => {
  test.each([
    ['elasticsearch.example', 'https://elasticsearch.example:9200/elastic'],
    ['http://elasticsearch.example', 'http://elasticsearch.example:9200/elastic'],
    ['elasticsearch.example:9201/own', 'https://elasticsearch.example:9201/own'],
  ])('count where %s names none', (entry, url) => {
    expect(parseHost(entry, { protocol: 'https', path: '/elastic' })?.href).toBe(url);
  });

  test('are those of requests', async () => {
    await ask({ hosts: [`127.0.0.1:${server.port}`], protocol: 'http', path: '/elastic' });
    expect(server.seen[0]?.path).toBe('/elastic/');
  });
});

describe('credentials', () => {
  const basic = `Basic ${Buffer.from('m365:pass word').toString('base64')}`;

  test('an API key goes out the same in both of its spellings', async () => {
    const encoded = Buffer.from('id:key').toString('base64');
    expect(await authorizationOf({ apiKey: async () => 'id:key' })).toBe(`ApiKey ${encoded}`);
    expect(await authorizationOf({ apiKey: async () => encoded })).toBe(`ApiKey ${encoded}`);
  });

  test('user and password, from settings or from the address', async () => {
    expect(await authorizationOf({ username: 'm365', password: async () => 'pass word' })).toBe(basic);
    const inUrl = server.url.replace('http://', 'http://m365:pass%20word@');
    expect(await authorizationOf({ hosts: [inUrl] })).toBe(basic);
  });

  test('a replaced key file takes effect with the next request', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'm365-key-')), 'key');
    writeFileSync(file, 'one:key\n');
    const options = { apiKey: fileSecret(file, 'api_key_file') };
    const before = await authorizationOf(options);
    writeFileSync(file, 'second:key\n');
    expect(await authorizationOf(options)).not.toBe(before);
  });

  test('nothing is sent without any, and further headers are', async () => {
    expect(await authorizationOf({ headers: { 'X-Route': 'blue' } })).toBeUndefined();
    expect(server.seen[0]?.headers['x-route']).toBe('blue');
  });
});

describe('encryption', () => {
  let secure: StandIn;

  beforeEach(async () => {
    const cert = readFileSync(fixture('server.pem'), 'utf8');
    secure = await new StandIn({ cert, key: readFileSync(fixture('server-key.pem'), 'utf8') }).listen();
  });

  afterEach(() => secure.close());

  const at = (host: string, ssl: ElasticsearchOptions['ssl']) =>
    ask({ hosts: [`https://${host}:${secure.port}`], ssl });

  test('an unknown authority is refused, and nothing is sent', async () => {
    await expect(at('localhost', {})).rejects.toMatchObject({
      code: 'elasticsearch-unreachable',
      uncertain: false,
    });
    expect(secure.seen).toEqual([]);
  });

  test('the authority may be given as a file or as text', async () => {
    expect(await at('localhost', { certificateAuthorities: [authority] })).toMatchObject({ status: 200 });
    const text = readFileSync(authority, 'utf8');
    expect(await at('localhost', { certificateAuthorities: [text] })).toMatchObject({ status: 200 });
  });

  test.each([fingerprint, fingerprint.replaceAll(':', '').toLowerCase()])(
    'or by its fingerprint %s',
    async (value) => {
      expect(await at('localhost', { caTrustedFingerprint: value })).toMatchObject({ status: 200 });
    },
  );

  test('a fingerprint that nobody shows is refused', async () => {
    await expect(at('localhost', { caTrustedFingerprint: 'ab'.repeat(32) })).rejects.toMatchObject({
      code: 'ca-trusted-fingerprint',
    });
  });

  test('the host name is checked too, unless told otherwise', async () => {
    const wrongName = (ssl: ElasticsearchOptions['ssl']) => at('127.0.0.1', ssl);
    await expect(wrongName({ caTrustedFingerprint: fingerprint })).rejects.toMatchObject({
      uncertain: false,
    });
    expect(
      await wrongName({ caTrustedFingerprint: fingerprint, verificationMode: 'certificate' }),
    ).toMatchObject({ status: 200 });
    expect(await wrongName({ verificationMode: 'none' })).toMatchObject({ status: 200 });
  });
});

describe('an address whose scheme is not what the port speaks is called that, and how to mend it:', () => {
  const refusal = async (hosts: readonly string[], ssl: ElasticsearchOptions['ssl'] = {}) => {
    const error = await ask({ hosts, ssl }).catch((thrown: unknown) => thrown);
    return describeError(error);
  };
  const serveBytes = async (answer: Buffer) => {
    const port = createTcpServer((socket) => socket.on('error', () => {}).end(answer));
    await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
    open.push(port);
    return `127.0.0.1:${(port.address() as AddressInfo).port}`;
  };
  const open: { close(): unknown }[] = [];

  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  test.each([[{}], [{ caTrustedFingerprint: fingerprint }]])(
    'https:// to plain HTTP, with %j',
    async (ssl) => {
      const host = `127.0.0.1:${server.port}`;
      const said = await refusal([`https://${host}`], ssl);
      expect(said).toContain(
        `${host} did not answer: it does not speak TLS, though its address begins with https://.`,
      );
      expect(said).toMatch(/write http:\/\/ in its address; otherwise switch TLS on there\.$/);
      expect(server.seen).toEqual([]);
    },
  );

  test('https:// to plain HTTP is no reason to leave out the next host', async () => {
    const answer = await ask({ hosts: [`https://127.0.0.1:${server.port}`, server.url] });
    expect(answer.status).toBe(200);
  });

  test('http:// to TLS that closes the connection', async () => {
    const cert = readFileSync(fixture('server.pem'), 'utf8');
    const key = readFileSync(fixture('server-key.pem'), 'utf8');
    const secure = await new StandIn({ cert, key }).listen();
    open.push(secure);
    const host = `127.0.0.1:${secure.port}`;
    expect(await refusal([`http://${host}`])).toBe(
      `${host} did not answer: it closed the connection without a word. If it speaks TLS, write https:// in its address; otherwise its log says why.`,
    );
  });

  test.each([
    [
      'This is not an HTTP port',
      'it is the port on which the nodes of an Elasticsearch talk to each other. Give the HTTP port; that is 9200 where nobody chose another.',
    ],
    ['SSH-2.0-OpenSSH_9.6\r\n', 'what answers there does not speak HTTP. Check host and port.'],
  ])('a port that answers %j', async (answer, told) => {
    const host = await serveBytes(Buffer.from(answer));
    expect(await refusal([`http://${host}`])).toBe(`${host} did not answer: ${told}`);
  });

  test('http:// to TLS that answers with an alert', async () => {
    const host = await serveBytes(Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46]));
    expect(await refusal([`http://${host}`])).toBe(
      `${host} did not answer: it speaks TLS, though its address begins with http://. Write https:// in its address.`,
    );
  });

  test('but not that of a connection that has carried answers', async () => {
    const connection = await connect({ hosts: [server.url], proxyDisable: true });
    const info = () => connection.send({ method: 'GET', path: '/', name: 'info' }, never);
    await info();
    await nextTurn();
    server.answers.set('/', (_, { cut }) => cut());
    await expect(info()).rejects.toMatchObject({ advice: 'It is tried again.', uncertain: true });
    await connection.close();
  });
});

test('goes through a proxy where one is set, with the headers for it', async () => {
  const tunnels: unknown[] = [];
  const proxy = createServer().on('connect', (request, client) => {
    tunnels.push([request.url, request.headers['x-zone']]);
    const upstream = connectTcp(server.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  await ask({
    hosts: ['http://elasticsearch.example'],
    proxyUrl: `http://127.0.0.1:${port}`,
    proxyDisable: false,
    proxyHeaders: { 'X-Zone': 'blue' },
  });
  expect(tunnels).toEqual([['elasticsearch.example:9200', 'blue']]);
  expect(server.seen[0]?.headers['x-zone']).toBeUndefined();
  proxy.closeAllConnections();
  proxy.close();
});

describe('opening', () => {
  const open = async (hosts: readonly string[] = [server.url]) => {
    const { output } = makeOutput({ hosts });
    await output.open(never);
    await output.close();
  };

  test.each(['8.18.0', '8.19.22', '9.0.0', '10.1.0'])('takes Elasticsearch %s', async (version) => {
    server.version = version;
    await open();
  });

  test.each(['7.17.29', '8.9.2', '8.17.10'])('refuses Elasticsearch %s', async (version) => {
    server.version = version;
    await expect(open()).rejects.toMatchObject({
      code: 'elasticsearch-version',
      message: expect.stringContaining(`is Elasticsearch ${version}; 8.18 or later is needed`),
    });
  });

  test('goes on where the key may not ask for the version', async () => {
    server.answers.set('/', (_, { reply }) =>
      reply(403, { error: { type: 'security_exception', reason: '' } }),
    );
    await open();
  });

  test('says what is wrong with a key, an address, or whatever answers there', async () => {
    server.answers.set('/', (_, { reply }) =>
      reply(401, { error: { type: 'security_exception', reason: 'no' } }),
    );
    await expect(open()).rejects.toMatchObject({ code: 'elasticsearch-401' });
    server.answers.set('/', (_, { reply }) =>
      reply(200, 'hello', { 'x-elastic-product': '', 'content-type': 'text/html' }),
    );
    await expect(open()).rejects.toMatchObject({ code: 'not-elasticsearch' });
    await expect(open(['http://127.0.0.1:1'])).rejects.toMatchObject({
      code: 'elasticsearch-unreachable',
      advice: expect.stringContaining('hosts'),
      retry: { kind: 'later' },
    });
    await expect(open(['ftp://x'])).rejects.toMatchObject({
      code: 'elasticsearch-hosts',
      retry: { kind: 'never' },
    });
  });
});
