// A client meets the faults of the connection.

import { afterEach, describe, expect, test } from '@jest/globals';

import { noon } from '../client.ts';
import { closeStarted, hour, on, readRaw, startOnBlob, startWithFaults } from './harness.ts';

afterEach(closeStarted);

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
    const client = await startWithFaults(
      on('list', { kind: 'truncate', bytes: 1_000_000, declares: 'more' }),
    );
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
    const client = await startWithFaults(on('list', { kind: 'delay', ms: 40 }));
    const began = performance.now();
    expect((await client.call('subscriptions/list')).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(38);
  });

  test('clock-skew in the Date header, which else is the emulator’s time', async () => {
    const client = await startWithFaults({ ...on('list', { kind: 'clock-skew', ms: -hour }), times: 1 });
    const date = async (): Promise<number> =>
      Date.parse((await client.call('subscriptions/list')).headers.get('date') ?? '');
    expect(await date()).toBe(noon - hour);
    expect(await date()).toBe(noon);
  });
});
