// Control requests, `/emulator/…`, by which a test in another process asks and tells; and the command that starts such a
// process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import { contentTypes, type Emulator, type EmulatorOptions } from '../../../input/emulator/index.ts';
import { Client, noon, readObject, startAtNoon, toObject } from '../client.ts';

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

const send = (client: Client, method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${client.emulator.url}/emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

describe('over HTTP', () => {
  test('the clock is read, moved, set and stopped', async () => {
    const client = await start();
    const ask = async (method: string, path: string, body?: unknown): Promise<unknown> =>
      (await send(client, method, path, body)).json();
    expect(await ask('POST', 'advance', { ms: 60_000 })).toEqual({
      now: '2026-11-20T12:01:00.000Z',
      frozen: false,
    });
    expect(await ask('PUT', 'clock', { now: '2026-11-21T00:00:00Z', frozen: true })).toEqual({
      now: '2026-11-21T00:00:00.000Z',
      frozen: true,
    });
    expect(await ask('POST', 'advance', { ms: 1_000 })).toEqual({
      now: '2026-11-21T00:00:01.000Z',
      frozen: true,
    });
    expect(await ask('PUT', 'clock', { frozen: false })).toEqual({
      now: '2026-11-21T00:00:01.000Z',
      frozen: false,
    });
    expect(client.emulator.time.now()).toBe(Date.parse('2026-11-21T00:00:01Z'));
  });

  test('content is published, and is in the truth', async () => {
    const client = await start();
    const published = await readObject(
      await send(client, 'POST', 'publish', { contentType: general, records: [{ Id: 'a' }] }),
    );
    expect(published).toMatchObject({ contentType: general, contentCreated: '2026-11-20T12:00:00.000Z' });
    expect(await client.records(String(published.contentUri))).toEqual([{ Id: 'a' }]);
    const line = {
      tenantId: client.tenant.tenantId,
      contentType: general,
      contentId: published.contentId,
      id: 'a',
    };
    expect(await (await send(client, 'GET', 'truth')).text()).toBe(`${JSON.stringify(line)}\n`);
    const summary: unknown = await (await send(client, 'GET', 'truth/summary')).json();
    expect(summary).toContainEqual({
      tenantId: client.tenant.tenantId,
      contentType: general,
      blobs: 1,
      records: 1,
    });
  });

  test('the fault plan is given, read back with its counts, and taken away', async () => {
    const client = await start();
    const entry = { match: { operation: 'list' }, times: 1, fault: { kind: 'status', status: 503 } };
    expect((await send(client, 'PUT', 'faults', [entry])).status).toBe(200);
    expect((await client.call('subscriptions/list')).status).toBe(503);
    expect(await (await send(client, 'GET', 'faults')).json()).toEqual([{ ...entry, matched: 1, fired: 1 }]);
    expect((await send(client, 'DELETE', 'faults')).status).toBe(204);
    expect(await (await send(client, 'GET', 'faults')).json()).toEqual([]);
  });

  test('requests are counted, and forgotten', async () => {
    const client = await start();
    await client.call('subscriptions/list');
    await client.page(general, noon - 3_600_000, noon);
    const counts = await readObject(await send(client, 'GET', 'requests'));
    expect(counts).toMatchObject({
      total: 3,
      byOperation: { token: 1, list: 1, content: 1 },
      byContentType: { [general]: 1 },
      misuse: {},
    });
    expect(counts.byHost).toEqual({ [new URL(client.emulator.url).host]: 3 });
    const log = (await (await send(client, 'GET', 'requests/log')).text()).trim().split('\n');
    expect(toObject(JSON.parse(log[1] ?? ''))).toMatchObject({
      number: 2,
      at: '2026-11-20T12:00:00.000Z',
      operation: 'list',
      status: 200,
      publisherIdentifier: client.tenant.tenantId,
    });
    const path = new URL(`${client.root}/subscriptions/list`).pathname;
    expect(await readObject(await send(client, 'GET', 'requests/paths'))).toMatchObject({ [path]: 1 });
    await send(client, 'DELETE', 'requests');
    expect(await readObject(await send(client, 'GET', 'requests'))).toMatchObject({
      total: 0,
      byOperation: {},
    });
  });

  test('a tenant is changed', async () => {
    const client = await start();
    const path = `tenant?tenant=${client.tenant.domain}`;
    expect(
      (await send(client, 'PATCH', path, { clientSecret: 'rotated', requestsPerMinute: 5 })).status,
    ).toBe(204);
    expect((await client.requestToken()).status).toBe(401);
    expect((await client.requestToken({ client_secret: 'rotated' })).status).toBe(200);
    expect(client.emulator.tenants[0]?.requestsPerMinute).toBe(5);
  });

  test.each([
    ['PUT', 'faults', '{', 'The request body is no JSON.'],
    ['PUT', 'faults', [{ fault: { kind: 'x' } }], 'faults[0].fault.kind: there is no "x"'],
    ['POST', 'publish', { contentType: 'x', generate: 1 }, 'There is no content type "x".'],
    ['POST', 'publish', { contentType: general }, 'Say what is in the blob'],
    [
      'POST',
      'publish',
      { contentType: general, generate: 1, when: 1 },
      'The request body has an unknown property "when".',
    ],
    ['POST', 'publish', { contentType: general, generate: 1, contentCreated: 'soon' }, '"soon" is no time.'],
    ['POST', 'publish', { contentType: general, copyOf: 'x' }, 'There is no blob x of Audit.General.'],
    ['POST', 'publish', { contentType: general, generate: 1, tenant: 'x' }, 'There is no tenant "x".'],
    ['POST', 'advance', { ms: 'x' }, 'The request body.ms must be number.'],
    ['PATCH', 'tenant?tenant=x', {}, 'There is no tenant "x".'],
  ])('what is wrong with %s %s %j is said', async (method, path, body, message) => {
    const response = await send(await start(), method, path, body);
    expect(response.status).toBe(400);
    expect(String((await readObject(response)).error)).toContain(message);
  });

  test('faults leave the control alone', async () => {
    const client = await start({
      faults: [{ match: { path: '.' }, fault: { kind: 'reset', when: 'before-headers' } }],
    });
    expect((await send(client, 'GET', '')).status).toBe(404);
    expect((await fetch(`${client.emulator.url}/emulator`)).status).toBe(200);
    expect(client.emulator.requests.counts().total).toBe(0);
  });
});

describe('an emulator that cannot start', () => {
  test('says that its port is taken', async () => {
    const port = Number(new URL((await start()).emulator.url).port);
    await expect(startAtNoon({ port })).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  });

  test('says that its file of records cannot be read', async () => {
    const tenants = [{ content: { file: '/nowhere/records.ndjson' } }];
    await expect(startAtNoon({ tenants })).rejects.toThrow(
      'The file of records /nowhere/records.ndjson cannot be read',
    );
  });
});

describe('options of a wrong kind, as a process that passes them on may have them,', () => {
  test.each([
    ['{"pageSize":"many"}', "The emulator's option pageSize must be number."],
    [
      '{"tenants":[{"content":{"habits":{"lateBlobs":true}}}]}',
      "The emulator's option tenants.0.content.habits.lateBlobs must be number.",
    ],
    [
      '{"tenants":[{"subscribed":["Audit.Nothing"]}]}',
      "The emulator's option tenants.0.subscribed.0 must be equal",
    ],
  ])('like %s are refused', async (options, message) => {
    await expect(startAtNoon(JSON.parse(options))).rejects.toThrow(message);
  });
});

describe('m365 emulate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'm365-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const script = `
    import { emulateCommand } from './input/cli/commands/emulate.ts';
    await emulateCommand().parseAsync(process.argv.slice(1), { from: 'user' });`;

  test('runs as a process of its own, says how to reach it, and ends when told', async () => {
    const plan = join(folder, 'plan.json');
    writeFileSync(
      plan,
      JSON.stringify([{ match: { operation: 'list' }, fault: { kind: 'status', status: 503 } }]),
    );
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, '--'];
    const child = spawn(
      process.execPath,
      [...flags, '--port', '0', '--records', '50', '--faults', plan, '--json'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(createInterface(child.stdout), 'line');
    const { url, tenants } = toObject(JSON.parse(String(line)));
    expect(tenants).toMatchObject([{ domain: 'contoso.example' }]);
    const summary: unknown = await (await fetch(`${url}/emulator/truth/summary`)).json();
    expect(summary).toHaveLength(5);
    expect(await (await fetch(`${url}/emulator/faults`)).json()).toMatchObject([{ fault: { status: 503 } }]);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});
