// A client meets the faults that only the Management Activity API knows.

import { afterEach, describe, expect, test } from '@jest/globals';

import { noon, readCode, readList } from '../../client.ts';
import {
  closeStarted,
  general,
  hour,
  on,
  readRaw,
  startOnBlob,
  startWithFaults,
} from '../../faults/harness.ts';

afterEach(closeStarted);

describe('a fault of the API', () => {
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

  test('auditing-off', async () => {
    const client = await startWithFaults(on('start', { kind: 'auditing-off' }));
    const response = await client.start(general);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('does not exist.'),
    ]);
  });

  test('next-page-header in another case, or by another name', async () => {
    const client = await startWithFaults(on('content', { kind: 'next-page-header', name: 'NEXTPAGEURI' }));
    const url = `${client.root}/subscriptions/content?contentType=${general}`;
    expect((await readRaw(client, url)).rawHeaders).toContain('NEXTPAGEURI');
    expect(await client.list(general)).toHaveLength(3);
    client.emulator.setFaults([on('content', { kind: 'next-page-header', name: 'NextPageUrl' })]);
    expect((await readRaw(client, url)).headers).toMatchObject({
      nextpageurl: expect.stringContaining('nextPage='),
    });
  });

  test('foreign-host in the next page, or in the addresses of content', async () => {
    const client = await startWithFaults(on('content', { kind: 'foreign-host', in: 'next-page' }));
    const { foreignUrl } = client.emulator;
    const page = (): Promise<Response> => client.page(general, noon - 23 * hour, noon);
    expect((await page()).headers.get('nextpageuri')?.startsWith(`${foreignUrl}/api`)).toBe(true);
    client.emulator.setFaults([
      on('content', { kind: 'foreign-host', in: 'content-uri', url: 'https://evil.example' }),
    ]);
    for (const { contentUri } of await readList(await page()))
      expect(contentUri).toMatch(/^https:\/\/evil\.example\/api/);
  });
});
