import { afterEach, describe, expect, test } from '@jest/globals';
import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import { feedOf } from '../../../input/sources/management-activity/stream.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { type LocalServer, startServer } from '../../http/local-server.ts';
import { readAll } from '../../state/state-folder.ts';
import { type Bench, type Collected, collectAll, openBench, sourceOptions } from './harness.ts';

const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const contentType = 'Audit.Exchange';
const record = '{"Id":"1","CreationTime":"2026-11-20T07:58:41"}';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface ScriptedReply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
}

/** An API that says exactly this. */
interface Script {
  /** Of the newest window only; all others are empty. */
  readonly listing: (server: LocalServer, page: string | null) => ScriptedReply;
  readonly blob?: ScriptedReply;
  /** Windows that begin there are answered with AF20055. */
  readonly isRefused?: (from: number, now: number) => boolean;
}

interface ScriptedRun {
  readonly bench: Bench;
  readonly server: LocalServer;
  readonly collected: Collected;
}

async function collect(script: Script, over: Partial<ManagementActivityOptions> = {}): Promise<ScriptedRun> {
  const clock = new IdleClock();
  const server: LocalServer = await startServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const { status = 200, headers = {}, body } = answer(script, server, url, clock.now());
    response.writeHead(status, {
      'content-type': 'application/json',
      date: new Date(clock.now()).toUTCString(),
      ...headers,
    });
    response.end(body);
  });
  closers.push(() => server.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const tenant = { tenantId, clientId: 'client', clientSecret: 'a secret' };
  const options = sourceOptions(server.url, tenant, {
    contentTypes: [contentType],
    initialIntervalMs: 3_600_000,
    ...over,
  });
  return { bench, server, collected: await collectAll(bench, options) };
}

function answer(script: Script, server: LocalServer, url: URL, now: number): ScriptedReply {
  if (url.pathname.endsWith('/token'))
    return { body: '{"token_type":"Bearer","expires_in":3599,"access_token":"opaque"}' };
  if (url.pathname.endsWith('/list')) return { body: JSON.stringify([{ contentType, status: 'enabled' }]) };
  if (url.pathname.includes('/activity/feed/audit/')) return script.blob ?? { body: `[${record}]` };
  if (script.isRefused?.(Date.parse(`${url.searchParams.get('startTime')}Z`), now)) {
    return { status: 400, body: '{"error":{"code":"AF20055","message":"Start time and end time."}}' };
  }
  const isNewest = Date.parse(`${url.searchParams.get('endTime')}Z`) > now - 3_000_000;
  return isNewest ? script.listing(server, url.searchParams.get('nextPage')) : { body: '[]' };
}

const describeBlob = (server: LocalServer, over: object = {}) => ({
  contentType,
  contentId: 'one',
  contentUri: `${server.url}/api/v1.0/${tenantId}/activity/feed/audit/one`,
  contentCreated: new Date(Date.now() - 60_000).toISOString(),
  contentExpiration: new Date(Date.now() + 7 * 86_400_000).toISOString(),
  ...over,
});
const listOne =
  (over?: object): Script['listing'] =>
  (server) => ({ body: JSON.stringify([describeBlob(server, over)]) });
const texts = (run: ScriptedRun) => run.collected.records.map(({ text }) => text);

describe('a listed blob', () => {
  test.each<[string, object]>([
    ['without an address', { contentUri: undefined }],
    ['with an address that is none', { contentUri: 'here' }],
    ['at the address of another host', { contentUri: 'https://evil.example/api/v1.0/x' }],
    ['outside of the API of this host', { contentUri: 'http://127.0.0.1/admin' }],
    ['without a date', { contentCreated: undefined, contentExpiration: undefined }],
    ['with dates that are none', { contentCreated: 'yesterday', contentExpiration: 7 }],
    ['of another content type', { contentType: 'audit.exchange' }],
  ])('%s is fetched from where it must be', async (_, over) => {
    const run = await collect({ listing: listOne(over) });
    expect(texts(run)).toEqual([record]);
    const asked = run.server.requests.filter(({ path }) => path.includes('/audit/'));
    expect(asked.map(({ path }) => path)).toEqual([
      `/api/v1.0/${tenantId}/activity/feed/audit/one?PublisherIdentifier=${tenantId}`,
    ]);
  });

  test('whose dates have no zone was made in UTC', async () => {
    const contentCreated = new Date(Date.now() - 60_000).toISOString().slice(0, 19);
    const run = await collect({ listing: listOne({ contentCreated }) });
    expect(run.collected.batches[0]?.origin.createdAt).toBe(`${contentCreated}.000Z`);
  });

  test('without an ID is lost, and said so once', async () => {
    const contentCreated = new Date(Date.now() - 60_000).toISOString();
    const listing = listOne({ contentId: undefined, contentCreated, contentExpiration: undefined });
    const run = await collect({
      listing: (server, page) => {
        const next = `${server.url}/api/v1.0/${tenantId}/activity/feed/subscriptions/content?contentType=x&endTime=2100-01-01T00:00:00&nextPage=1`;
        return { ...listing(server, page), headers: page === null ? { NextPageUri: next } : {} };
      },
    });
    expect(texts(run)).toEqual([]);
    const errors = run.bench.recorder.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('without a contentId')]);
    expect(run.bench.recorder.counted('items_lost')).toBe(1);
    const gaps = await run.bench.ledger.work.gapsBetween(
      feedOf(tenantId, contentType),
      '2000-01-01',
      '2100-01-01',
    );
    expect(gaps).toHaveLength(1);
  });

  test('elsewhere, with an ID that is not safe in an address, is refused, and said so', async () => {
    const over = { contentId: '../../admin?x=1', contentUri: 'https://evil.example/' };
    const run = await collect({ listing: listOne(over) });
    expect(run.server.requests.some(({ path }) => path.includes('admin'))).toBe(false);
    expect(run.bench.recorder.counted('items_lost')).toBe(0);
    expect(run.bench.recorder.current(contentType)).toMatchObject({ code: 'content-address-refused' });
    const [blob] = await readAll(
      run.bench.ledger.work.between(feedOf(tenantId, contentType), '2000', '2100'),
    );
    expect(blob).toMatchObject({
      state: 'listed',
      reason: expect.stringContaining('https://evil.example'),
    });
  });
});

describe('a listing', () => {
  test('that goes in circles is ended, and reported; what it listed is collected', async () => {
    const run = await collect({
      listing: (server, page) => ({
        headers: {
          NextPageUri: `${server.url}/api/v1.0/${tenantId}/activity/feed/subscriptions/content?contentType=x&endTime=2100-01-01T00:00:00&nextPage=${page === 'a' ? 'b' : 'a'}`,
        },
        body: JSON.stringify([describeBlob(server)]),
      }),
    });
    expect(texts(run)).toEqual([record]);
    expect(run.bench.recorder.seen(contentType).some(({ code }) => code === 'endless-listing')).toBe(true);
    expect(run.server.requests.length).toBeLessThan(100);
  });

  test.each(['https://evil.example/api/v1.0/next', 'evil', '//evil.example/api/v1.0/next', '/api/v1.0/next'])(
    'whose next page is elsewhere is not followed: %s',
    async (next) => {
      const run = await collect({
        listing: (server) => ({
          headers: { NextPageUri: next },
          body: JSON.stringify([describeBlob(server)]),
        }),
      });
      expect(texts(run)).toEqual([record]);
      expect(run.bench.recorder.seen(contentType).some(({ code }) => code === 'next-page-refused')).toBe(
        true,
      );
    },
  );

  test('that refuses old windows within its own rules holds up no others, and gives nothing up before its time', async () => {
    const day = 86_400_000;
    const run = await collect(
      { listing: listOne(), isRefused: (from, now) => from < now - 6.75 * day },
      { initialIntervalMs: 7 * day },
    );
    const feed = feedOf(tenantId, contentType);
    expect(await run.bench.ledger.work.gapsBetween(feed, '2000-01-01', '2100-01-01')).toEqual([]);
    const unlisted = JSON.parse((await run.bench.ledger.checkpoints.get(feed, 'unlisted')) ?? '');
    expect(unlisted).toHaveLength(1);
    const hours = (Date.parse(unlisted[0][1]) - Date.parse(unlisted[0][0])) / 3_600_000;
    expect(hours).toBeGreaterThan(4.5);
    expect(hours).toBeLessThan(9);
    expect(run.bench.recorder.current(contentType)).toMatchObject({ health: 'failed', code: 'AF20055' });
    expect(texts(run)).toEqual([record]);
  });
});

test('a page of a listing that does not end is left, and is not the tenant’s fault', async () => {
  let asked = 0;
  const run = await collect({
    listing: (server) => {
      asked += 1;
      const body = JSON.stringify([describeBlob(server)]);
      return { body: asked === 1 ? `[${' '.repeat(65 << 20)}]` : body };
    },
  });
  expect(texts(run)).toEqual([record]);
  expect(run.bench.recorder.seen(contentType).some(({ code }) => code === 'answer-too-large')).toBe(true);
  expect(run.bench.recorder.seen('').some(({ health }) => health === 'failed')).toBe(false);
});

describe('content', () => {
  test('that is a single record without its array is that record', async () => {
    const run = await collect({ listing: listOne(), blob: { body: ` ${record}\n` } });
    expect(texts(run)).toEqual([record]);
    expect(run.bench.recorder.counted('items_acknowledged')).toBe(1);
  });

  test('with bytes that are no UTF-8 comes with U+FFFD in their place, and it is said how many records did', async () => {
    const broken = Buffer.concat([
      Buffer.from(`[${record},{"Id":"`),
      Uint8Array.of(0xc3, 0x28),
      Buffer.from('"}]'),
    ]);
    const run = await collect({ listing: listOne(), blob: { body: broken } });
    expect(texts(run)).toEqual([record, '{"Id":"\ufffd("}']);
    expect(run.bench.recorder.counted('items_acknowledged')).toBe(1);
    const warnings = run.bench.recorder.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('1 records of a content blob held invalid UTF-8'),
    ]);
  });

  test('that is an empty array is done', async () => {
    const run = await collect({ listing: listOne(), blob: { body: '[]' } });
    expect(run.bench.recorder.counted('items_acknowledged')).toBe(1);
  });

  test.each([
    ['', 'truncated-body'],
    ['[', 'truncated-body'],
    [`[${record}`, 'truncated-body'],
    ['null', 'not-records'],
    ['"text"', 'not-records'],
    ['<html>Sign in</html>', 'not-records'],
    ['{"Message":"An error has occurred."}', 'http-200'],
    ['{"some":"thing"}', 'not-records'],
    [`[${record}]${record}`, 'malformed-body'],
  ])('that is no array of records is tried again, and stays to be had: %j', async (body, code) => {
    const run = await collect({ listing: listOne(), blob: { body } });
    expect(run.bench.recorder.current(contentType)).toMatchObject({ health: 'degraded', code });
    const [blob] = await readAll(
      run.bench.ledger.work.between(feedOf(tenantId, contentType), '2000', '2100'),
    );
    expect(blob?.state).toBe('listed');
    expect(blob?.attempts).toBeGreaterThan(3);
    expect(run.bench.recorder.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('1 content blob could not be had in this run'),
    });
    expect(run.bench.recorder.lines.length).toBeLessThan(8);
    expect(run.bench.recorder.counted('items_lost')).toBe(0);
  });

  test('that is Microsoft’s error in a 200 is that error', async () => {
    const body = '{"error":{"code":"AF20051","message":"Content has expired."}}';
    const run = await collect({ listing: listOne(), blob: { body } });
    expect(run.bench.recorder.current(contentType)).toMatchObject({ health: 'degraded', code: 'AF20051' });
  });
});

test('a blob whose date has passed is lost without being asked for, and says why', async () => {
  const run = await collect({
    listing: listOne({ contentExpiration: new Date(Date.now() - 1000).toISOString() }),
  });
  const [blob] = await readAll(run.bench.ledger.work.between(feedOf(tenantId, contentType), '2000', '2100'));
  expect(blob).toMatchObject({ state: 'expired', reason: expect.stringContaining('It was never fetched') });
  expect(run.server.requests.some(({ path }) => path.includes('/audit/'))).toBe(false);
  expect(run.bench.recorder.counted('gaps')).toBe(1);
});

describe('a success that is not the whole', () => {
  const part = [202, 203, 206].map((status) => ({ status, body: '[]' }));

  test.each(part)('is no content, and the content is asked for again: $status', async (blob) => {
    const run = await collect({ listing: listOne(), blob });
    expect(texts(run)).toEqual([]);
    const [kept] = await readAll(
      run.bench.ledger.work.between(feedOf(tenantId, contentType), '2000', '2100'),
    );
    expect(kept).toMatchObject({
      state: 'listed',
      reason: expect.stringContaining(`answered ${blob.status}`),
    });
  });

  test.each(part)('is no listing, and the window is listed again: $status', async (listing) => {
    let asked = 0;
    const run = await collect({
      listing: (server) => {
        asked += 1;
        return asked === 1 ? listing : { body: JSON.stringify([describeBlob(server)]) };
      },
    });
    expect(texts(run)).toEqual([record]);
  });
});
