// Each fault of the plan, as a client meets it.

import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  contentTypes,
  type Emulator,
  type Fault,
  type FaultEntry,
  type FaultMatch,
  hostileKinds,
} from '../../input/emulator/index.ts';
import { Client, noon, readCode, readList, startAtNoon } from './client.ts';

const hour = 3_600_000;
const general = 'Audit.General';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

async function start(...faults: readonly FaultEntry[]): Promise<Client> {
  const tenant = { subscribed: contentTypes, content: { records: 500, days: 0.8, recordsPerBlob: 20 } };
  emulator = await startAtNoon({ tenants: [tenant], faults, pageSize: 2, gzip: false });
  const client = new Client(emulator);
  await client.signIn();
  return client;
}

const on = (operation: FaultMatch['operation'], fault: Fault): FaultEntry => ({
  ...(operation === undefined ? {} : { match: { operation } }),
  fault,
});

/** Starts with the fault on blobs and gives a client and the first blob's address. */
async function startOnBlob(fault: Fault): Promise<{ client: Client; contentUri: string; whole: string }> {
  const client = await start();
  const { contentUri = '' } = (await client.list(general))[0] ?? {};
  const whole = await (await client.call(contentUri)).text();
  client.emulator.setFaults([on('blob', fault)]);
  return { client, contentUri, whole };
}

interface Raw {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly bytes: Buffer;
  /** How it broke off. */
  readonly error: string | undefined;
}

/** What comes over the wire, to the last byte that came. */
function fetchRaw(client: Client, url: string, authorization: string): Promise<Raw> {
  const address = new URL(url);
  address.searchParams.set('PublisherIdentifier', client.tenant.tenantId);
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let response: IncomingMessage | undefined;
    const finish = (error?: NodeJS.ErrnoException): void => {
      const bytes = Buffer.concat(pieces);
      const { statusCode: status, headers = {}, rawHeaders = [] } = response ?? {};
      resolve({ status, headers, rawHeaders, bytes, body: bytes.toString(), error: error?.code });
    };
    const asked = request(address, { headers: { authorization }, agent: false }, (incoming) => {
      response = incoming;
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('error', finish);
      incoming.on('end', () => finish());
    });
    asked.on('error', finish);
    asked.end();
  });
}

const readRaw = async (client: Client, url: string): Promise<Raw> =>
  fetchRaw(client, url, `Bearer ${await client.signIn()}`);

describe('a fault that answers in place of the service', () => {
  test('status, with body and headers', async () => {
    const client = await start(
      on('list', { kind: 'status', status: 503, body: 'busy', headers: { 'Retry-After': '7' } }),
    );
    const response = await client.call('subscriptions/list');
    expect([response.status, await response.text(), response.headers.get('retry-after')]).toEqual([
      503,
      'busy',
      '7',
    ]);
  });

  test.each([
    ['AF50000', '500 AF50000'],
    ['AF20051', '400 AF20051'],
    ['AF20050', '404 AF20050'],
    ['AF429', '403 AF429'],
    ['AF99999', '400 AF99999'],
  ])('af %s with its status', async (code, seen) => {
    const { client, contentUri } = await startOnBlob({ kind: 'af', code });
    expect(await readCode(await client.call(contentUri))).toBe(seen);
  });

  test('af in single quotes, with Retry-After', async () => {
    const { client, contentUri } = await startOnBlob({
      kind: 'af',
      code: 'AF429',
      status: 429,
      singleQuoted: true,
      message: 'Slow',
      retryAfter: 30,
    });
    const response = await client.call(contentUri);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('30');
    expect(await response.text()).toBe("{'error':{'code':'AF429','message':'Slow'}}");
  });

  test('aadsts at the token endpoint', async () => {
    const client = await start();
    client.emulator.setFaults([on('token', { kind: 'aadsts', code: 90033, status: 503 })]);
    const response = await client.requestToken();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error_codes: [90033], error: 'invalid_request' });
  });

  test('not-json, error-map and empty', async () => {
    const { client, contentUri } = await startOnBlob({ kind: 'not-json' });
    const page = await client.call(contentUri);
    expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
      502,
      'text/html',
      expect.stringContaining('<h1>502 Bad Gateway</h1>'),
    ]);
    client.emulator.setFaults([on('blob', { kind: 'error-map' })]);
    expect(await readCode(await client.call(contentUri))).toBe('200 AF50000');
    client.emulator.setFaults([on('blob', { kind: 'empty' })]);
    const empty = await client.call(contentUri);
    expect([empty.status, await empty.text()]).toEqual([200, '']);
  });

  test('auditing-off', async () => {
    const client = await start(on('start', { kind: 'auditing-off' }));
    const response = await client.start(general);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('does not exist.'),
    ]);
  });

  test('expired-token, after which that token is worth nothing, but the next one is', async () => {
    const client = await start({ ...on('list', { kind: 'expired-token' }), times: 1 });
    expect((await client.call('subscriptions/list')).status).toBe(401);
    expect((await client.call('subscriptions/list')).status).toBe(401);
    await client.signIn();
    expect((await client.call('subscriptions/list')).status).toBe(200);
  });

  test('redirect to a host that must not be trusted, where the token is noticed', async () => {
    const { client, contentUri } = await startOnBlob({ kind: 'redirect' });
    const response = await client.call(contentUri, { redirect: 'manual' });
    const location = response.headers.get('location') ?? '';
    expect(response.status).toBe(302);
    expect(location.startsWith(client.emulator.foreignUrl)).toBe(true);
    await fetch(location);
    expect(client.emulator.requests.counts().misuse).toEqual({ 'request-to-foreign-host': 1 });
    await client.call(location);
    await fetch(client.emulator.foreignUrl, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: 'x' }),
    });
    expect(client.emulator.requests.counts().misuse).toEqual({
      'request-to-foreign-host': 3,
      'secret-sent-to-foreign-host': 1,
      'token-sent-to-foreign-host': 1,
    });
  });
});

describe('a fault of the connection', () => {
  test('reset before the headers, after them, and in the body', async () => {
    const { client, contentUri, whole } = await startOnBlob({ kind: 'reset', when: 'before-headers' });
    expect(await readRaw(client, contentUri)).toMatchObject({ status: undefined, error: 'ECONNRESET' });
    client.emulator.setFaults([on('blob', { kind: 'reset', when: 'after-headers' })]);
    expect(await readRaw(client, contentUri)).toMatchObject({ status: 200, body: '', error: 'ECONNRESET' });
    client.emulator.setFaults([on('blob', { kind: 'reset', when: 'in-body', bytes: 3_000 })]);
    expect(await readRaw(client, contentUri)).toMatchObject({
      status: 200,
      body: whole.slice(0, 3_000),
      error: 'ECONNRESET',
    });
  });

  test('truncate with a length that promises more, and without anyone noticing', async () => {
    const { client, contentUri, whole } = await startOnBlob({
      kind: 'truncate',
      bytes: 700,
      declares: 'more',
    });
    const short = await readRaw(client, contentUri);
    expect(short).toMatchObject({ status: 200, body: whole.slice(0, 700), error: 'ECONNRESET' });
    expect(Number(short.headers['content-length'])).toBe(1_700);
    client.emulator.setFaults([on('blob', { kind: 'truncate', bytes: 700, declares: 'what-comes' })]);
    expect(await readRaw(client, contentUri)).toMatchObject({ body: whole.slice(0, 700), error: undefined });
  });

  test('truncate after the end of a short answer still breaks the promise', async () => {
    const client = await start(on('list', { kind: 'truncate', bytes: 1_000_000, declares: 'more' }));
    expect((await readRaw(client, `${client.root}/subscriptions/list`)).error).toBe('ECONNRESET');
  });

  test('trickle, drop by drop', async () => {
    const { client, contentUri, whole } = await startOnBlob({ kind: 'trickle', bytes: 2_000, everyMs: 2 });
    const began = performance.now();
    expect((await readRaw(client, contentUri)).body).toBe(whole);
    expect(performance.now() - began).toBeGreaterThan((whole.length / 2_000 - 1) * 2);
  });

  test('hang for a while, then go on; or for ever', async () => {
    const { client, contentUri, whole } = await startOnBlob({
      kind: 'hang',
      when: 'in-body',
      bytes: 10,
      ms: 40,
    });
    const began = performance.now();
    expect((await readRaw(client, contentUri)).body).toBe(whole);
    expect(performance.now() - began).toBeGreaterThan(38);
    for (const when of ['before-headers', 'after-headers', 'in-body'] as const) {
      client.emulator.setFaults([on('blob', { kind: 'hang', when })]);
      const read = async (): Promise<string> =>
        (await client.call(contentUri, { signal: AbortSignal.timeout(60) })).text();
      await expect(read()).rejects.toThrow(/timeout/);
    }
  });

  test('delay', async () => {
    const client = await start(on('list', { kind: 'delay', ms: 40 }));
    const began = performance.now();
    expect((await client.call('subscriptions/list')).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(38);
  });

  test('clock-skew in the Date header, which else is the emulator’s time', async () => {
    const client = await start({ ...on('list', { kind: 'clock-skew', ms: -hour }), times: 1 });
    const date = async (): Promise<number> =>
      Date.parse((await client.call('subscriptions/list')).headers.get('date') ?? '');
    expect(await date()).toBe(noon - hour);
    expect(await date()).toBe(noon);
  });
});

describe('a fault in what the service answers', () => {
  test('next-page-header in another case, or by another name', async () => {
    const client = await start(on('content', { kind: 'next-page-header', name: 'NEXTPAGEURI' }));
    const url = `${client.root}/subscriptions/content?contentType=${general}`;
    expect((await readRaw(client, url)).rawHeaders).toContain('NEXTPAGEURI');
    expect(await client.list(general)).toHaveLength(3);
    client.emulator.setFaults([on('content', { kind: 'next-page-header', name: 'NextPageUrl' })]);
    expect((await readRaw(client, url)).headers).toMatchObject({
      nextpageurl: expect.stringContaining('nextPage='),
    });
  });

  test('foreign-host in the next page, or in the addresses of content', async () => {
    const client = await start(on('content', { kind: 'foreign-host', in: 'next-page' }));
    const { foreignUrl } = client.emulator;
    const page = (): Promise<Response> => client.page(general, noon - 23 * hour, noon);
    expect((await page()).headers.get('nextpageuri')?.startsWith(`${foreignUrl}/api`)).toBe(true);
    client.emulator.setFaults([
      on('content', { kind: 'foreign-host', in: 'content-uri', url: 'https://evil.example' }),
    ]);
    for (const { contentUri } of await readList(await page()))
      expect(contentUri).toMatch(/^https:\/\/evil\.example\/api/);
  });

  test('huge: the same records, white space, or one record', async () => {
    const { client, contentUri, whole } = await startOnBlob({ kind: 'huge', bytes: 500_000 });
    const own = (await client.records(contentUri)).map(({ Id }) => Id);
    expect(JSON.stringify(own).length).toBeGreaterThan(0);
    const read = async (of: 'records' | 'whitespace' | 'one-record'): Promise<string> => {
      client.emulator.setFaults([on('blob', { kind: 'huge', bytes: 500_000, of })]);
      const text = await (await client.call(contentUri)).text();
      expect(text.length).toBeGreaterThan(500_000);
      return text;
    };
    const ids = new Set(JSON.parse(whole).map(({ Id }: { Id: string }) => Id));
    expect(new Set(JSON.parse(await read('records')).map(({ Id }: { Id: string }) => Id))).toEqual(ids);
    expect(JSON.parse(await read('whitespace'))).toEqual(JSON.parse(whole));
    const [giant] = JSON.parse(await read('one-record')).slice(-1);
    expect(giant.Data.length).toBe(500_000);
    expect([...client.emulator.distinctIds()].map(({ id }) => id)).toContain(giant.Id);
  });

  test('hostile records, each of which is in the truth once it was served', async () => {
    const { client, contentUri, whole } = await startOnBlob({ kind: 'hostile', records: hostileKinds });
    const before = [...client.emulator.truth()].length;
    const { body, bytes } = await readRaw(client, contentUri);
    expect(body.startsWith(whole.slice(0, -1))).toBe(true);
    for (const part of [
      '"__proto__"',
      '[[[[[[[[',
      '\\ud800',
      '7'.repeat(400),
      '"QueryTime":1,"QueryTime":2',
      '"a..b"',
      '"Key4999"',
      'null,42,"text"',
    ])
      expect(body).toContain(part);
    expect(bytes.includes(Buffer.of(0xff, 0xfe, 0xc3, 0x28))).toBe(true);
    const records: unknown = JSON.parse(body);
    expect(Array.isArray(records) && records.length).toBe(20 + hostileKinds.length + 5);
    await client.call(contentUri);
    const added = [...client.emulator.truth()].slice(before);
    expect(added).toHaveLength(hostileKinds.length);
    for (const { id } of added) if (id !== undefined) expect(body).toContain(`"Id":"${id}"`);
    expect(added.filter(({ id }) => id === undefined)).toHaveLength(2);
  });
});

describe('a match', () => {
  const hit: Fault = { kind: 'status', status: 599 };

  test.each([
    ['times', { match: { operation: 'list' }, times: 2 }, [599, 599, 200, 200]],
    ['nth', { match: { operation: 'list', nth: [1, 3] } }, [599, 200, 599, 200]],
    ['every', { match: { operation: 'list', every: 2 } }, [200, 599, 200, 599]],
    ['attempt', { match: { operation: 'list', attempt: 1 } }, [599, 200, 200, 200]],
    ['method', { match: { operation: 'list', method: 'POST' } }, [200, 200, 200, 200]],
    ['path', { match: { path: '/subscriptions/li.t\\?' }, times: 1 }, [599, 200, 200, 200]],
    ['tenant', { match: { operation: ['list', 'stop'], tenant: 'elsewhere.example' } }, [200, 200, 200, 200]],
  ] satisfies [string, Omit<FaultEntry, 'fault'>, number[]][])('by %s', async (_, entry, statuses) => {
    const client = await start({ ...entry, fault: hit });
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) seen.push((await client.call('subscriptions/list')).status);
    expect(seen).toEqual(statuses);
  });

  test('by content type, of blobs too; and by content id', async () => {
    const client = await start();
    const [blob, other] = await client.list('Audit.Exchange');
    const statuses = async (match: FaultMatch): Promise<number[]> => {
      client.emulator.setFaults([{ match, fault: hit }]);
      return [
        (await client.call(blob?.contentUri ?? '')).status,
        (await client.call(other?.contentUri ?? '')).status,
        (await client.page('Audit.Exchange', noon - hour, noon)).status,
        (await client.page(general, noon - hour, noon)).status,
      ];
    };
    expect(await statuses({ contentType: 'Audit.Exchange' })).toEqual([599, 599, 599, 200]);
    expect(await statuses({ contentId: blob?.contentId ?? '' })).toEqual([599, 200, 200, 200]);
    expect(await statuses({ operation: 'blob', attempt: 1 })).toEqual([599, 599, 200, 200]);
  });

  test('by rate, the same for the same seed', async () => {
    const run = async (seed: number): Promise<number> => {
      const client = await start({ match: { operation: 'list', rate: 0.3, seed }, fault: hit });
      for (let i = 0; i < 100; i++) await client.call('subscriptions/list');
      const fired = client.emulator.faults()[0]?.fired ?? 0;
      await emulator?.close();
      return fired;
    };
    const fired = await run(5);
    expect(fired).toBeGreaterThan(15);
    expect(fired).toBeLessThan(45);
    expect(await run(5)).toBe(fired);
  });

  test('for a while, on the emulator’s clock', async () => {
    const client = await start({ match: { operation: 'list' }, forMs: 10_000, fault: hit });
    expect((await client.call('subscriptions/list')).status).toBe(599);
    client.emulator.advance(10_000);
    expect((await client.call('subscriptions/list')).status).toBe(200);
  });

  test('of the first entry wins, and what fits nothing passes', async () => {
    const client = await start(
      { match: { operation: 'stop' }, fault: hit },
      on('list', { kind: 'status', status: 598 }),
      on('list', hit),
    );
    expect((await client.call('subscriptions/list')).status).toBe(598);
    expect(client.emulator.faults().map(({ matched, fired }) => [matched, fired])).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect(client.emulator.requests.counts().byFault).toEqual({ status: 1 });
  });
});
