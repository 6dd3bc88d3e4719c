// A client meets the faults that answer in place of an API.

import { afterEach, describe, expect, test } from '@jest/globals';

import { readCode } from '../client.ts';
import { closeStarted, on, startOnBlob, startWithFaults } from './harness.ts';

afterEach(closeStarted);

describe('a fault that answers in place of the service', () => {
  test('status, with body and headers', async () => {
    const client = await startWithFaults(
      on('list', { kind: 'status', status: 503, body: 'busy', headers: { 'Retry-After': '7' } }),
    );
    const response = await client.call('subscriptions/list');
    expect([response.status, await response.text(), response.headers.get('retry-after')]).toEqual([
      503,
      'busy',
      '7',
    ]);
  });

  test('aadsts at the token endpoint', async () => {
    const client = await startWithFaults();
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

  test('expired-token, after which that token is worth nothing, but the next one is', async () => {
    const client = await startWithFaults({ ...on('list', { kind: 'expired-token' }), times: 1 });
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
