import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { createDeflate, createGzip, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Dispatcher } from 'undici';
import { OperatorError } from '../../input/contract/errors.ts';
import { allowHosts, trustedOrigin } from '../../input/http/allow-hosts.ts';
import { createDispatcher, type TransportOptions } from '../../input/http/dispatcher.ts';
import {
  defaultBodyLimit,
  HttpError,
  type HttpResponse,
  readText,
  type Send,
} from '../../input/http/exchange.ts';
import { NetworkError } from '../../input/http/network-failure.ts';
import { transport } from '../../input/http/transport.ts';
import { until } from '../end-to-end/harness.ts';
import { type Answer, type LocalServer, startServer } from './local-server.ts';
import { makeCertificate } from './make-certificate.ts';

const open: { close(): Promise<void> }[] = [];
const dispatchers: Dispatcher[] = [];
afterEach(async () => {
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.destroy();
  for (const server of open.splice(0)) await server.close();
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) delete process.env[name];
});

async function serve(answer: Answer, tls?: { key: string; cert: string }): Promise<LocalServer> {
  const server = await startServer(answer, tls);
  open.push(server);
  return server;
}

function sender(options: TransportOptions = {}): Send {
  const dispatcher = createDispatcher({ timeoutMs: 2000, ...options });
  dispatchers.push(dispatcher);
  return transport({ dispatcher, userAgent: 'test', now: () => Date.now() });
}

function* endlessly<T>(value: T): Generator<T> {
  for (;;) yield value;
}

const { signal } = new AbortController();
const get = (send: Send, url: string) => send({ method: 'GET', url, signal });
const text = async (response: HttpResponse) => readText(response, 1 << 20);
const catchError = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
};
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('one request', () => {
  test('sends the URL as it stands, and gives headers and body', async () => {
    const server = await serve((_, response) => response.setHeader('NextPageUri', 'x').end('hello'));
    const response = await get(sender(), `${server.url}/audit/1$2$audit_x$Audit_X?a=b`);
    expect(response.header('nextpageuri')).toBe('x');
    expect(await text(response)).toBe('hello');
    expect(server.requests[0]?.path).toBe('/audit/1$2$audit_x$Audit_X?a=b');
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip');
  });

  test('is decompressed', async () => {
    const server = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(100_000))),
    );
    expect(await text(await get(sender(), server.url))).toBe('x'.repeat(100_000));
  });

  const small = gzipSync('[{"Id":"a"}]');
  const [half, long] = [gzipSync('[{"Id":'), gzipSync('x'.repeat(100_000))];
  test.each<[string, Buffer, string]>([
    ['small', small, '[{"Id":"a"}]'],
    ['empty', gzipSync(''), ''],
    ['in two members', Buffer.concat([half, gzipSync('"a"}]')]), '[{"Id":"a"}]'],
    [
      'in two members, of which the last is short',
      Buffer.concat([long, small]),
      `${'x'.repeat(100_000)}[{"Id":"a"}]`,
    ],
  ])('is decompressed where it is %s', async (_, bytes, expected) => {
    const server = await serve((_request, response) =>
      response.setHeader('content-encoding', 'gzip').end(bytes),
    );
    expect(await text(await get(sender(), server.url))).toBe(expected);
  });

  test('fails where its checksum is not that of its content', async () => {
    const spoilt = Buffer.from(small);
    spoilt.writeUInt32LE(0, spoilt.length - 8);
    const server = await serve((_, response) => response.setHeader('content-encoding', 'gzip').end(spoilt));
    expect(await failure(text(await get(sender(), server.url)))).toMatchObject({ code: 'Z_DATA_ERROR' });
  });

  test.each<[string, () => Transform | PassThrough]>([
    ['gzip', createGzip],
    ['deflate', createDeflate],
    ['identity', () => new PassThrough()],
  ])('of %s that expands without end is read up to its limit, and no further', async (encoding, encode) => {
    let closed = false;
    const server = await serve((_, response) => {
      const endless = Readable.from(endlessly(Buffer.alloc(65_536)));
      response.setHeader('content-encoding', encoding);
      response.once('close', () => {
        closed = true;
      });
      endless.pipe(encode()).pipe(response);
    });
    const response = await sender()({ method: 'GET', url: server.url, signal, maximumBytes: 1 << 20 });
    let read = 0;
    const reading = async () => {
      for await (const chunk of response.body) read += chunk.length;
    };
    expect(await failure(reading())).toMatchObject({ code: 'answer-too-large', retry: { kind: 'later' } });
    expect(read).toBeLessThanOrEqual(1 << 20);
    await until(() => closed);
  });

  test('has a limit even where none was asked for', async () => {
    const zeros = gzipSync(Buffer.alloc(defaultBodyLimit + 1));
    const server = await serve((_, response) => response.setHeader('content-encoding', 'gzip').end(zeros));
    const response = await get(sender(), server.url);
    const reading = async () => {
      for await (const _ of response.body);
    };
    expect(await failure(reading())).toMatchObject({ code: 'answer-too-large' });
  });

  test('waits for a slow reader, and goes on with it', async () => {
    const bytes = 8 << 20;
    const server = await serve((_, response) => response.end(Buffer.alloc(bytes)));
    const response = await get(sender(), server.url);
    let read = 0;
    for await (const chunk of response.body) {
      if (read === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      read += chunk.length;
    }
    expect(read).toBe(bytes);
  });

  test('fails where the compressed body breaks off', async () => {
    const server = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(100_000)).subarray(0, 60)),
    );
    const response = await get(sender(), server.url);
    expect(await failure(text(response))).toMatchObject({ code: 'Z_BUF_ERROR', unreachable: false });
  });

  test('fails where the body ends before its announced length', async () => {
    const server = await serve((_, response) => {
      response.setHeader('content-length', '100').write('[{');
      setImmediate(() => response.destroy());
    });
    const response = await get(sender(), server.url);
    expect(await failure(text(response))).toBeInstanceOf(NetworkError);
  });

  test('gives up on a body that stands still', async () => {
    const server = await serve((_, response) => response.write('['));
    const response = await get(sender({ timeoutMs: 1000 }), server.url);
    expect(await failure(text(response))).toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT', unreachable: false });
  });

  test('gives up where no answer begins', async () => {
    const server = await serve(() => {});
    const error = await failure(get(sender({ timeoutMs: 1000 }), server.url));
    expect(error).toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT', retry: { kind: 'later' } });
  });

  test('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort(new Error('enough')));
    const sent = sender()({ method: 'GET', url: server.url, signal: stop.signal });
    await expect(sent).rejects.toThrow('enough');
  });

  test('says what to do where nobody listens', async () => {
    const server = await serve(() => {});
    await server.close();
    const error = await failure(get(sender(), server.url));
    expect(error).toMatchObject({ code: 'ECONNREFUSED', unreachable: true, retry: { kind: 'later' } });
    expect(error).toMatchObject({ message: expect.stringContaining(`127.0.0.1:${server.port}`) });
    expect(error).toMatchObject({ advice: expect.stringContaining('firewall') });
  });
});

describe('an answer other than 2xx', () => {
  test('is an error with a bounded, redacted excerpt on one line', async () => {
    const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.c`;
    const server = await serve((_, response) => {
      response.statusCode = 502;
      response.end(`<html>\r\n<b>Bad</b> gateway ${token} ${'x'.repeat(100_000)}`);
    });
    const error = await failure(get(sender(), server.url));
    if (!(error instanceof HttpError)) throw new Error('no HttpError');
    expect(error.status).toBe(502);
    expect(error.text.length).toBeLessThanOrEqual(16_384);
    expect(error.message).toContain('<html> <b>Bad</b> gateway [redacted token]');
    expect(error.message.length).toBeLessThan(300);
    expect(error.text).not.toContain(token);
  });

  test.each([
    ['in seconds', 0, () => '30'],
    ['as a date', 0, (now: number) => new Date(now + 30_500).toUTCString()],
    [
      'as a date of a server whose clock is an hour behind',
      -3_600_000,
      (now: number) => new Date(now + 30_500).toUTCString(),
    ],
  ])('says when to come back: Retry-After %s', async (_, skewMs, makeValue) => {
    const now = Date.now() + skewMs;
    const value = makeValue(now);
    const server = await serve((_, response) => {
      response.statusCode = 429;
      response.setHeader('date', new Date(now).toUTCString());
      response.setHeader('retry-after', value).end();
    });
    const error = await failure(get(sender(), server.url));
    if (!(error instanceof HttpError) || error.retry.kind !== 'later') throw new Error('not to be retried');
    expect(Math.abs((error.retry.afterMs ?? 0) - 30_000)).toBeLessThanOrEqual(2000);
  });
});

describe('hosts', () => {
  test('other than the allowed are not asked', async () => {
    const other = await serve((_, response) => response.end());
    const send = allowHosts(['https://manage.office.com'])(sender());
    expect(await failure(get(send, other.url))).toMatchObject({ code: 'host-refused' });
    expect(await failure(get(send, 'not a url'))).toMatchObject({ code: 'host-refused' });
    expect(other.requests).toHaveLength(0);
  });

  test('are not left by a redirect', async () => {
    const other = await serve((_, response) => response.end());
    const server = await serve((_, response) => response.writeHead(302, { location: other.url }).end());
    const send = allowHosts([server.url, other.url])(sender());
    expect(await failure(get(send, server.url))).toMatchObject({ code: 'redirect-refused' });
    expect(other.requests).toHaveLength(0);
  });

  test.each([
    'http://manage.office.com',
    'http://192.0.2.1',
    'ftp://127.0.0.1',
    'manage',
    'http://127.0.0.1.example',
  ])('without TLS are refused: %s', (url) => {
    expect(() => trustedOrigin('management_url', url)).toThrow(OperatorError);
  });

  test.each([
    'https://manage.office.com/',
    'http://127.0.0.1:8080',
    'http://localhost:1',
    'http://[::1]:1/x',
  ])('with TLS, or of this machine, are taken: %s', (url) => {
    expect(trustedOrigin('management_url', url)).toBe(new URL(url).origin);
  });
});

describe('TLS', () => {
  const made = makeCertificate();
  const tls = { key: made.key, cert: made.certificate };
  const answer: Answer = (_, response) => response.end('secure');

  test('of an unknown authority is refused, and said so', async () => {
    const server = await serve(answer, tls);
    const error = await failure(get(sender(), server.url));
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', unreachable: true });
    expect(error).toMatchObject({ advice: expect.stringContaining('ssl.certificate_authorities') });
  });

  test('that the other side does not speak is called that', async () => {
    const server = await serve(answer);
    const error = await failure(get(sender(), server.url.replace('http:', 'https:')));
    expect(error).toMatchObject({
      message: `127.0.0.1:${server.port} did not answer: what answers there does not speak TLS.`,
      unreachable: true,
    });
  });

  test('of a configured authority is trusted, as PEM text or as a file', async () => {
    const server = await serve(answer, tls);
    const folder = mkdtempSync(join(tmpdir(), 'm365-ca-'));
    const file = join(folder, 'ca.pem');
    writeFileSync(file, made.certificate);
    for (const authority of [made.certificate, file]) {
      const response = await get(sender({ certificateAuthorities: [authority] }), server.url);
      expect(await text(response)).toBe('secure');
    }
    rmSync(folder, { recursive: true });
  });

  test('for another host is refused, unless only the chain is to be checked', async () => {
    const other = makeCertificate({ hosts: ['elsewhere.example'] });
    const server = await serve(answer, { key: other.key, cert: other.certificate });
    const url = server.url.replace('127.0.0.1', 'localhost');
    const trust = { certificateAuthorities: [other.certificate] };
    expect(await failure(get(sender(trust), url))).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    const response = await get(sender({ ...trust, verificationMode: 'certificate' }), url);
    expect(await text(response)).toBe('secure');
  });

  test('is not checked where nothing is to be checked', async () => {
    const server = await serve(answer, tls);
    expect(await text(await get(sender({ verificationMode: 'none' }), server.url))).toBe('secure');
  });

  test('authorities that cannot be read are named', () => {
    expect(() => createDispatcher({ certificateAuthorities: ['/nowhere/ca.pem'] })).toThrow(
      /\/nowhere\/ca\.pem/,
    );
  });
});

describe('a proxy', () => {
  /** A proxy that tunnels everything to one server, whatever name was asked for. */
  async function proxyTo(target: LocalServer): Promise<LocalServer & { readonly tunnels: string[] }> {
    const tunnels: string[] = [];
    const server = await serve((_, response) => response.writeHead(500).end());
    server.server.on('connect', (request, socket) => {
      tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
      const upstream = connect(target.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
    });
    return { ...server, tunnels };
  }

  test('of the setting carries everything, this machine included, with its credentials', async () => {
    const server = await serve((_, response) => response.end('through'));
    const proxy = await proxyTo(server);
    const send = sender({ proxyUrl: `http://user:pa%20ss@127.0.0.1:${proxy.port}` });
    expect(await text(await get(send, server.url))).toBe('through');
    const basic = Buffer.from('user:pa ss').toString('base64');
    expect(proxy.tunnels).toEqual([`127.0.0.1:${server.port} Basic ${basic}`]);
  });

  test('of the environment carries other hosts, not this machine', async () => {
    const server = await serve((_, response) => response.end('through'));
    const proxy = await proxyTo(server);
    process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    expect(await text(await get(sender(), 'http://manage.office.test/x'))).toBe('through');
    expect(await text(await get(sender(), server.url))).toBe('through');
    expect(proxy.tunnels).toEqual(['manage.office.test:80']);
  });

  test('carries TLS to a checked host', async () => {
    const made = makeCertificate({ hosts: ['manage.office.test'] });
    const server = await serve((_, response) => response.end('secure'), {
      key: made.key,
      cert: made.certificate,
    });
    const proxy = await proxyTo(server);
    const send = sender({
      proxyUrl: `http://127.0.0.1:${proxy.port}`,
      certificateAuthorities: [made.certificate],
    });
    expect(await text(await get(send, 'https://manage.office.test/'))).toBe('secure');
    expect(await failure(get(send, 'https://login.other.test/'))).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(proxy.tunnels).toEqual(['manage.office.test:443', 'login.other.test:443']);
  });

  test('is passed by for the hosts of NO_PROXY', async () => {
    const server = await serve((_, response) => response.end('direct'));
    process.env.NO_PROXY = '127.0.0.1';
    expect(await text(await get(sender({ proxyUrl: 'http://127.0.0.1:1' }), server.url))).toBe('direct');
  });

  test('that is no URL is an error without its password', () => {
    for (const proxyUrl of ['proxy:secret-word', '::secret-word', 'ftp://user:secret-word@proxy.example']) {
      const error = catchError(() => createDispatcher({ proxyUrl }));
      expect(error).toMatchObject({ code: 'proxy-url' });
      expect(String(error)).not.toContain('secret-word');
    }
    process.env.HTTPS_PROXY = 'nonsense';
    expect(catchError(() => createDispatcher())).toMatchObject({ code: 'proxy-url' });
  });
});
