// Listings of content keep the rules for windows and pages, and show the habits of the service.

import { afterEach, describe, expect, test } from '@jest/globals';
import {
  contentTypes,
  type Emulator,
  type EmulatorOptions,
  type ServiceHabits,
} from '../../../../input/emulator/index.ts';
import { Client, formatSeconds, noon, readCode, readList, startAtNoon } from '../../client.ts';

const hour = 3_600_000;
const general = 'Audit.General';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

const start = async (options: EmulatorOptions = {}): Promise<Client> => {
  emulator = await startAtNoon({
    tenants: [{ subscribed: contentTypes, content: { records: 0 } }],
    ...options,
  });
  return new Client(emulator);
};

const withContent = (habits: Partial<ServiceHabits>): EmulatorOptions => ({
  tenants: [{ subscribed: contentTypes, content: { records: 2_000, days: 0.8, recordsPerBlob: 10, habits } }],
});

const ask = (client: Client, query: string): Promise<Response> =>
  client.call(`subscriptions/content?contentType=${general}${query}`);

describe('a window', () => {
  test('holds what was created from its start on, and not at its end', async () => {
    const client = await start();
    const publish = (contentCreated: string): string =>
      client.emulator.publish({ contentType: general, texts: ['{"Id":"1"}'], contentCreated }).contentId;
    publish('2026-11-20T09:59:59.999Z');
    const first = publish('2026-11-20T10:00:00.000Z');
    const last = publish('2026-11-20T10:59:59.999Z');
    publish('2026-11-20T11:00:00.000Z');
    const response = await ask(client, '&startTime=2026-11-20T10:00:00&endTime=2026-11-20T11:00');
    expect((await readList(response)).map(({ contentId }) => contentId)).toEqual([first, last]);
  });

  test('is the last 24 hours when it is not given', async () => {
    const client = await start();
    client.emulator.publish({ contentType: general, generate: 1, contentCreated: '2026-11-19T11:59:00Z' });
    const inside = client.emulator.publish({
      contentType: general,
      generate: 1,
      contentCreated: '2026-11-19T12:01:00Z',
    });
    expect((await readList(await ask(client, ''))).map(({ contentId }) => contentId)).toEqual([
      inside.contentId,
    ]);
  });

  test.each([
    ['one bound alone', '&startTime=2026-11-20T10:00:00', 'AF20030'],
    ['the other bound alone', '&endTime=2026-11-20T10:00:00', 'AF20030'],
    ['an end before its start', '&startTime=2026-11-20T11:00:00&endTime=2026-11-20T10:00:00', 'AF20030'],
    ['more than 24 hours', '&startTime=2026-11-19T10:00:00&endTime=2026-11-20T10:00:01', 'AF20055'],
    ['exactly 24 hours', '&startTime=2026-11-19T10:00:00&endTime=2026-11-20T10:00:00', 'AF20055'],
    ['a start more than 7 days ago', '&startTime=2026-11-13T11:59:59&endTime=2026-11-13T13:00:00', 'AF20055'],
    ['a time with a zone', '&startTime=2026-11-20T10:00:00Z&endTime=2026-11-20T11:00:00Z', 'AF20002'],
    ['a time that is none', '&startTime=2026-11-31T25:00:00&endTime=2026-11-20T11:00:00', 'AF20002'],
    [
      'a page that is none',
      '&startTime=2026-11-20T10:00:00&endTime=2026-11-20T11:00:00&nextPage=20261120',
      'AF20031',
    ],
  ])('of %s is refused', async (_, query, code) => {
    const client = await start();
    expect(await readCode(await ask(client, query))).toBe(`400 ${code}`);
    expect(client.emulator.requests.counts().misuse).toEqual({ 'window-refused': 1 });
  });

  test('takes 24 hours and 7 days where the rules are read so', async () => {
    const client = await start({ refusesWholeDay: false });
    expect((await client.page(general, noon - 168 * hour, noon - 144 * hour)).status).toBe(200);
  });

  test('may reach into the future, and shows nothing of it', async () => {
    const content = { records: 0, ratePerMinute: 60 };
    const client = await start({ tenants: [{ subscribed: contentTypes, content }] });
    expect(await readList(await client.page(general, noon - hour, noon + hour))).toEqual([]);
    client.emulator.advance(hour / 2);
    const now = client.emulator.time.now();
    const listed = await readList(await client.page(general, noon - hour, noon + hour));
    expect(listed.length).toBeGreaterThan(0);
    for (const { contentCreated } of listed)
      expect(Date.parse(String(contentCreated))).toBeLessThanOrEqual(now);
  });

  test('of a content type that is not subscribed is refused', async () => {
    const client = await start({ tenants: 1 });
    expect(await readCode(await client.page(general, noon - hour, noon))).toBe('400 AF20022');
  });
});

describe('pages', () => {
  test('follow each other to the end, each blob once, in the order of their making', async () => {
    const client = await start({ ...withContent({}), pageSize: 7 });
    const listed = await client.list('Audit.Exchange');
    expect(listed).toHaveLength(60);
    expect(new Set(listed.map(({ contentId }) => contentId)).size).toBe(60);
    const created = listed.map(({ contentCreated }) => contentCreated);
    expect(created).toEqual(created.toSorted());
    expect(listed[0]).toEqual({
      contentId: listed[0]?.contentId,
      contentUri: `${client.root}/audit/${listed[0]?.contentId}`,
      contentType: 'Audit.Exchange',
      contentCreated: listed[0]?.contentCreated,
      contentExpiration: new Date(Date.parse(listed[0]?.contentCreated ?? '') + 168 * hour).toISOString(),
    });
  });

  test('carry on by NextPageUri, which leaves out the PublisherIdentifier', async () => {
    const client = await start({ ...withContent({}), pageSize: 7 });
    const next = (await client.page(general, noon - 20 * hour, noon)).headers.get('NextPageUri');
    const start_ = `startTime=${formatSeconds(noon - 20 * hour)}&endTime=${formatSeconds(noon)}`;
    expect(next).toContain(`${client.root}/subscriptions/content?contentType=${general}&${start_}&nextPage=`);
    expect(next).not.toContain('PublisherIdentifier');
  });

  test('do not lose their place when content appears between them', async () => {
    const client = await start({ ...withContent({}), pageSize: 7 });
    const all = await client.list(general);
    let response = await client.page(general, noon - 23 * hour, noon);
    const seen = (await readList(response)).map(({ contentId }) => String(contentId));
    client.emulator.publish({
      contentType: general,
      generate: 1,
      contentCreated: String(all[2]?.contentCreated),
    });
    for (let next = response.headers.get('nextpageuri'); next; next = response.headers.get('nextpageuri')) {
      response = await client.call(next);
      seen.push(...(await readList(response)).map(({ contentId }) => String(contentId)));
    }
    expect(seen).toEqual(all.map(({ contentId }) => contentId));
  });

  test('are empty at times, and still go on', async () => {
    const client = await start({ ...withContent({ emptyPages: 1 }), pageSize: 7 });
    const response = await client.page(general, noon - 23 * hour, noon);
    expect(await readList(response)).toEqual([]);
    expect(await readList(await client.call(response.headers.get('nextpageuri') ?? ''))).toHaveLength(7);
    expect(await client.list(general)).toHaveLength(24);
  });

  test('are spelled the old way at times', async () => {
    const client = await start({ ...withContent({ oldPaths: 1 }), pageSize: 7 });
    const next = (await client.page(general, noon - 23 * hour, noon)).headers.get('nextpageuri');
    expect(new URL(next ?? '').pathname).toBe(
      `/api/v1/${client.tenant.tenantId}/activity/feed/subscriptions/content`,
    );
    expect(await client.list(general)).toHaveLength(24);
  });
});

describe('content', () => {
  test('is listed twice at times', async () => {
    const client = await start(withContent({ listedTwice: 0.3 }));
    const ids = (await client.list('Audit.Exchange')).map(({ contentId }) => contentId);
    expect(new Set(ids).size).toBe(60);
    expect(ids.length).toBeGreaterThan(65);
  });

  test('is listed late at times: behind what was listed, once its hour has come', async () => {
    const client = await start(withContent({ lateBlobs: 0.3, lateByMs: hour }));
    const early = await client.list('Audit.Exchange', noon);
    expect(early.length).toBeLessThan(55);
    client.emulator.advance(hour / 2);
    const half = await client.list('Audit.Exchange', noon);
    client.emulator.advance(hour / 2);
    await client.signIn();
    const late = await client.list('Audit.Exchange', noon);
    expect(half.length).toBeGreaterThan(early.length);
    expect(late.length).toBe(60);
    const newest = early.at(-1)?.contentCreated ?? '';
    const found = late.filter(({ contentId }) => !early.some((blob) => blob.contentId === contentId));
    expect(found.some(({ contentCreated }) => contentCreated < newest)).toBe(true);
  });

  test('may be published late, too', async () => {
    const client = await start();
    const blob = {
      contentType: general,
      generate: 1,
      contentCreated: '2026-11-20T08:00:00Z',
      available: '2026-11-20T12:30:00Z',
    };
    client.emulator.publish(blob);
    expect(await client.list(general)).toEqual([]);
    expect([...client.emulator.truth()]).toEqual([]);
    client.emulator.advance(hour / 2);
    expect(await client.list(general)).toHaveLength(1);
    expect([...client.emulator.truth()]).toHaveLength(1);
  });
});
