import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFieldLookup, generateSavedObjects, loadDashboards } from '../../dashboards/index.ts';
import { previewSource } from '../../input/cli/preview/preview-source.ts';
import { type PreviewServer, servePreview } from '../../input/preview/server.ts';

const objects = generateSavedObjects(loadDashboards(), createFieldLookup());
/** What Elasticsearch was asked last, and what it answers. */
let asked: object = {};
let reply: () => unknown = () => ({ hits: { total: { value: 42 } } });
const search = async (body: object) => {
  asked = body;
  return reply();
};

let server: PreviewServer;
beforeAll(async () => {
  server = await servePreview(
    previewSource(objects, search, () => 1000),
    0,
  );
});
afterAll(() => server.close());

interface PreviewReply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** As a client that sets its own headers and leaves the path as it is. */
function get(path: string, { host = '127.0.0.1', method = 'GET' } = {}): Promise<PreviewReply> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

const read = async (path: string) => JSON.parse((await get(path)).body);

async function firstPanel(): Promise<string> {
  const { panels } = await read('/api/dashboards/m365-overview');
  const panel = panels.find(({ title }: { title: string }) => title === 'How many events?');
  return `/api/dashboards/m365-overview/panels/${panel.id}`;
}

const week = 'from=1000&to=604801000';

describe('the page', () => {
  test.each([
    '/',
    '/app.js',
    '/style.css',
    '/packages/echarts.js',
    '/packages/topojson.js',
    '/packages/world.json',
  ])('%s is served, and may load only its own', async (path) => {
    const { status, headers } = await get(path);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test.each([
    '/../server.ts',
    '/..%2fserver.ts',
    '/package.json',
    '/packages/../server.ts',
    '/api',
    '/api/x',
  ])('%s is not', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('is for this machine only, and for reading only', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(403);
    expect((await get('/api/dashboards', { host: 'evil.example:80' })).status).toBe(403);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    expect((await get('/', { host: 'localhost:1' })).status).toBe(200);
  });
});

describe('the answers', () => {
  test('every generated dashboard is listed, and laid out as generated', async () => {
    const { dashboards, now } = await read('/api/dashboards');
    expect(now).toBe(1000);
    expect(dashboards.map(({ id }: { id: string }) => id)).toEqual(
      objects.filter(({ type }) => type === 'dashboard').map(({ id }) => id),
    );
    const { title, panels } = await read('/api/dashboards/m365-overview');
    expect(title).toBe('[O365] Overview');
    expect(panels.length).toBeGreaterThan(10);
    expect((await get('/api/dashboards/nothing')).status).toBe(404);
  });

  test('a panel asks Elasticsearch under the choice of whoever looks', async () => {
    const filters = JSON.stringify([
      { field: 'user.name', values: ['ann'] },
      { field: 'event.action', values: ['Send'], without: true },
    ]);
    const query = `&query=${encodeURIComponent('event.outcome: failure')}&filters=${encodeURIComponent(filters)}`;
    const answer = await read(`${await firstPanel()}?${week}${query}`);
    expect(answer.rows).toHaveLength(1);
    expect(Object.values(answer.rows[0])).toEqual([42]);
    const text = JSON.stringify(asked);
    expect(text).toContain('"gte":"1970-01-01T00:00:01.000Z","lte":"1970-01-08T00:00:01.000Z"');
    expect(text).toContain('{"terms":{"user.name":["ann"]}}');
    expect(text).toContain('{"bool":{"must_not":{"terms":{"event.action":["Send"]}}}}');
    expect(text).toContain('{"match":{"event.outcome":"failure"}}');
    expect(text).toContain('{"match_phrase":{"data_stream.dataset":"o365.audit"}}');
  });

  test.each([
    ['', '"from" must be a time in milliseconds'],
    ['?from=5&to=1', '"from" must be before "to"'],
    ['?from=1&to=9e99', '"to" must be a time in milliseconds'],
    [`?${week}&filters=x`, '"filters" must be JSON'],
    [`?${week}&filters=[{}]`, '"filters" must be a list of {field, values}'],
    [`?${week}&query=a`, 'This is no KQL: expected ":" or a comparison at 1, found the end'],
  ])('%s is refused with a reason', async (choice, message) => {
    const { status, body } = await get(`${await firstPanel()}${choice}`);
    expect([status, JSON.parse(body).message]).toEqual([400, message]);
  });

  test('what Elasticsearch cannot answer is said, not drawn as nothing', async () => {
    reply = () => {
      throw new Error('no such index');
    };
    const { status, body } = await get(`${await firstPanel()}?${week}`);
    expect([status, JSON.parse(body).message]).toEqual([502, 'no such index']);
    reply = () => ({ hits: {} });
    expect((await get(`${await firstPanel()}?${week}`)).status).toBe(502);
  });
});
