// A second API, added by one option, has tokens, faults, clock, request log, control and truth without doing anything for
// them; and the Management Activity API beside it is as it was.

import { afterEach, describe, expect, test } from '@jest/globals';
import type { EmulatedApi } from '../../../input/emulator/api.ts';
import { contentTypes, type Emulator, hostileKinds } from '../../../input/emulator/index.ts';
import { Client, noon, readObject, startAtNoon, toObject } from '../client.ts';
import { itemsApi, itemsResource } from './items-api.ts';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

async function start(): Promise<Client> {
  const content = { records: 100, days: 0.5 };
  emulator = await startAtNoon({ tenants: [{ subscribed: contentTypes, content }, {}], apis: [itemsApi] });
  return new Client(emulator);
}

async function signIn(client: Client): Promise<string> {
  const response = await client.requestToken({ scope: `${itemsResource}/.default` });
  return String((await readObject(response)).access_token);
}

const ask = (client: Client, token: string, page = 0): Promise<Response> =>
  fetch(`${client.emulator.url}/v1/items?page=${page}`, { headers: { authorization: `Bearer ${token}` } });

/** Follows the pages from the first to the last. */
async function collect(client: Client): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${await signIn(client)}` };
  const ids: unknown[] = [];
  for (let next: unknown = `${client.emulator.url}/v1/items`; next !== null; ) {
    const page = await readObject(await fetch(String(next), { headers }));
    const items: unknown[] = Array.isArray(page.value) ? page.value : [];
    ids.push(...items.map((item) => toObject(item).Id));
    next = page.next;
  }
  return ids;
}

const listTruth = ({ emulator: { distinctIds }, tenant, emulator: running }: Client): string[] =>
  [...distinctIds.call(running, { tenantId: tenant.tenantId, contentType: 'items' })].map(({ id }) => id);

/** Plays a plan that is given as JSON, as a test in another process gives it. */
async function play(client: Client, fault: object, times = 1): Promise<void> {
  const response = await fetch(`${client.emulator.url}/emulator/faults`, {
    method: 'PUT',
    body: JSON.stringify([{ match: { operation: 'items' }, times, fault }]),
  });
  expect(response.status).toBe(200);
}

describe('a second API', () => {
  test('gives its pages, which hold what the truth says', async () => {
    const client = await start();
    const collected = await collect(client);
    expect(collected).toHaveLength(25);
    expect(collected).toEqual(listTruth(client));
    const summary: unknown = await (await fetch(`${client.emulator.url}/emulator/truth/summary`)).json();
    const { tenantId } = client.tenant;
    expect(summary).toContainEqual({ tenantId, contentType: 'items', blobs: 3, records: 25 });
  });

  test('goes by the clock', async () => {
    const client = await start();
    client.emulator.advance(7 * 60_000);
    expect(await collect(client)).toHaveLength(32);
    expect(listTruth(client)).toHaveLength(32);
  });

  test('takes the tokens of the shared endpoint while they are good', async () => {
    const client = await start();
    expect((await ask(client, 'forged')).status).toBe(401);
    expect((await fetch(`${client.emulator.url}/v1/items`)).status).toBe(401);
    const token = await signIn(client);
    expect((await ask(client, token)).status).toBe(200);
    client.emulator.advance(3_600_000);
    expect((await ask(client, token)).status).toBe(401);
    expect(client.emulator.requests.counts().misuse).toEqual({ 'no-token': 1, 'expired-token': 1 });
  });

  test('is in the request log, by operation, page and the tenant of the token', async () => {
    const client = await start();
    await ask(client, await signIn(client), 2);
    const counts = client.emulator.requests.counts();
    expect(counts.byOperation).toEqual({ token: 1, items: 1 });
    expect(counts.byTenant).toEqual({ [client.tenant.tenantId]: 2 });
    expect(client.emulator.requests.entries().at(-1)).toMatchObject({ contentId: '2', status: 200 });
  });

  test('has control requests of its own', async () => {
    const client = await start();
    expect(await readObject(await fetch(`${client.emulator.url}/emulator/items`))).toEqual({ pages: 3 });
  });

  test('leaves the Management Activity API as it was', async () => {
    const client = await start();
    expect(await client.collect()).toHaveLength(100);
    expect([...client.emulator.distinctIds()]).toHaveLength(100 + 25 + 2_000 + 25);
  });
});

describe('a fault on a second API', () => {
  test('answers in its place', async () => {
    const client = await start();
    const token = await signIn(client);
    await play(client, { kind: 'status', status: 503 });
    expect((await ask(client, token)).status).toBe(503);
    expect((await ask(client, token)).status).toBe(200);
    await play(client, { kind: 'expired-token' });
    expect((await ask(client, token)).status).toBe(401);
    expect((await ask(client, token)).status).toBe(401);
    expect((await ask(client, await signIn(client))).status).toBe(200);
  });

  test('breaks its connection', async () => {
    const client = await start();
    const token = await signIn(client);
    await play(client, { kind: 'reset', when: 'before-headers' });
    await expect(ask(client, token)).rejects.toThrow('fetch failed');
    await play(client, { kind: 'truncate', bytes: 60, declares: 'more' });
    await expect((await ask(client, token)).text()).rejects.toThrow('terminated');
    await play(client, { kind: 'clock-skew', ms: 60_000 });
    expect(Date.parse((await ask(client, token)).headers.get('date') ?? '')).toBe(noon + 60_000);
  });

  test('puts hostile records among its own, and the truth knows them', async () => {
    const client = await start();
    await play(client, { kind: 'hostile', records: hostileKinds });
    const page = await readObject(await ask(client, await signIn(client)));
    const items: unknown[] = Array.isArray(page.value) ? page.value : [];
    expect(items).toHaveLength(10 + hostileKinds.length + 5);
    expect(String(page.next)).toContain('page=1');
    const added = listTruth(client).slice(25);
    expect(added).toHaveLength(hostileKinds.length - 2);
    for (const id of added) expect(items).toContainEqual(expect.objectContaining({ Id: id }));
  });

  test('may be of a kind of its own', async () => {
    const client = await start();
    await play(client, { kind: 'busy', seconds: 9 });
    const response = await ask(client, await signIn(client));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '9']);
  });

  test('may be for one tenant, which is the one of the token', async () => {
    const client = await start();
    const other = new Client(client.emulator, 1);
    client.emulator.setFaults([
      { match: { operation: 'items', tenant: other.tenant.tenantId }, fault: { kind: 'empty' } },
    ]);
    expect(await (await ask(client, await signIn(client))).text()).not.toBe('');
    expect(await (await ask(other, await signIn(other))).text()).toBe('');
  });
});

describe('an emulator', () => {
  test.each([
    ['operation', { routes: [{ operation: 'blob', method: 'GET', path: /^\/x$/ }] }, 'operation "blob"'],
    ['kind of fault', { routes: [], faults: { af: {} } }, 'fault "af"'],
  ])('refuses an API with the %s of another', async (_, part, word) => {
    const clashing: EmulatedApi = { ...itemsApi, ...part };
    await expect(startAtNoon({ apis: [clashing] })).rejects.toThrow(
      `The emulated APIs management-activity and items both have the ${word}.`,
    );
  });

  test('that cannot listen lets go of what its APIs opened', async () => {
    const port = Number(new URL((await start()).emulator.url).port);
    let closed = 0;
    const holding: EmulatedApi = {
      ...itemsApi,
      open: (environment) => ({ ...itemsApi.open(environment), close: () => void closed++ }),
    };
    await expect(startAtNoon({ port, apis: [holding] })).rejects.toThrow('cannot listen');
    expect(closed).toBe(1);
  });
});
