// Each tenant has a quota of requests, and a refusal looks as the service writes it.

import { afterEach, describe, expect, test } from '@jest/globals';
import type { Emulator, EmulatorOptions } from '../../../../input/emulator/index.ts';
import { Client, readCode, readObject, startAtNoon, toObject } from '../../client.ts';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

const start = async (options: EmulatorOptions = {}): Promise<Client> => {
  emulator = await startAtNoon({ tenants: [{ requestsPerMinute: 3 }, {}], ...options });
  return new Client(emulator);
};

const list = (client: Client): Promise<Response> => client.call('subscriptions/list');

async function exhaust(client: Client): Promise<void> {
  for (let i = 0; i < 3; i++) expect((await list(client)).status).toBe(200);
}

describe('a tenant past its quota', () => {
  test('is refused until the bucket fills again, and others are not', async () => {
    const client = await start();
    await exhaust(client);
    expect(await readCode(await list(client))).toBe('403 AF429');
    const other = new Client(client.emulator, 1);
    expect((await list(other)).status).toBe(200);
    client.emulator.advance(20_000);
    expect((await list(client)).status).toBe(200);
    expect(await readCode(await list(client))).toBe('403 AF429');
    client.emulator.advance(3_600_000 - 25_000);
    await client.signIn();
    await exhaust(client);
    expect(await readCode(await list(client))).toBe('403 AF429');
  });

  test('is told by either status, alternately, and whom it blames', async () => {
    const client = await start({ throttleStatus: 'both' });
    await exhaust(client);
    expect(await readCode(await list(client))).toBe('403 AF429');
    const response = await list(client);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBeNull();
    const { message } = toObject((await readObject(response)).error);
    expect(message).toBe(`Too many requests. Method=list, PublisherId=${client.tenant.tenantId}`);
    const authorization = `Bearer ${await client.signIn()}`;
    const anonymous = await fetch(`${client.root}/subscriptions/list`, { headers: { authorization } });
    expect(await anonymous.text()).toContain('PublisherId=00000000-0000-0000-0000-000000000000');
    expect(client.emulator.requests.counts().misuse).toEqual({ 'missing-publisher-identifier': 1 });
  });

  test('is told when to come back, and who does not wait is noted', async () => {
    const client = await start({ throttleStatus: 429, throttleRetryAfter: true });
    await exhaust(client);
    const response = await list(client);
    expect(response.headers.get('retry-after')).toBe('20');
    await list(client);
    expect(client.emulator.requests.counts().misuse).toEqual({ 'ignored-retry-after': 1 });
    client.emulator.advance(20_000);
    expect((await list(client)).status).toBe(200);
    expect(client.emulator.requests.counts().misuse).toEqual({ 'ignored-retry-after': 1 });
  });
});
