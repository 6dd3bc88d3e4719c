// Subscriptions are listed, started with a cool-down, and stopped; a stop withholds content for good.

import { afterEach, describe, expect, test } from '@jest/globals';
import type { Emulator, EmulatorOptions } from '../../../../input/emulator/index.ts';
import { Client, readCode, readList, readObject, startAtNoon, toObject } from '../../client.ts';

const minute = 60_000;
const general = 'Audit.General';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

const start = async (options: EmulatorOptions = {}): Promise<Client> => {
  emulator = await startAtNoon(options);
  return new Client(emulator);
};

describe('a subscription', () => {
  test('is listed once started, and as disabled once stopped', async () => {
    const client = await start();
    expect(await readList(await client.call('subscriptions/list'))).toEqual([]);
    const enabled = { contentType: general, status: 'enabled', webhook: null };
    expect(await readObject(await client.start(general))).toEqual(enabled);
    expect(await readList(await client.call('subscriptions/list'))).toEqual([enabled]);
    expect((await client.stop(general)).status).toBe(200);
    expect(await readList(await client.call('subscriptions/list'))).toEqual([
      { ...enabled, status: 'disabled' },
    ]);
  });

  test('may be there before anyone starts it', async () => {
    const client = await start({ tenants: [{ subscribed: [general] }] });
    expect(await readList(await client.call('subscriptions/list'))).toHaveLength(1);
    expect(await readCode(await client.start(general))).toBe('400 AF20024');
  });

  test('may be started once in 15 minutes', async () => {
    const client = await start();
    await client.start(general);
    client.emulator.advance(4_000);
    const response = await client.start(general);
    expect(response.status).toBe(429);
    expect(String(toObject((await readObject(response)).error).message)).toContain(
      'retry again after 14m 56s',
    );
    expect((await client.start('Audit.Exchange')).status).toBe(200);
    client.emulator.advance(15 * minute);
    expect(await readCode(await client.start(general))).toBe('400 AF20024');
    expect(client.emulator.requests.counts().misuse).toEqual({ 'needless-start': 2 });
  });

  test('has its cool-down for the whole tenant, or none, when so asked', async () => {
    const client = await start({ startCooldown: 'tenant' });
    await client.start(general);
    expect((await client.start('Audit.Exchange')).status).toBe(429);
    await emulator?.close();
    const free = await start({ startCooldown: 'off' });
    await free.start(general);
    expect(await readCode(await free.start(general))).toBe('400 AF20024');
  });

  test('needs a content type that exists', async () => {
    const client = await start();
    expect(await readCode(await client.start('Audit.Nothing'))).toBe('400 AF20020');
    expect(await readCode(await client.call('subscriptions/start', { method: 'POST' }))).toBe('400 AF20001');
    expect(await readCode(await client.stop(general))).toBe('400 AF20022');
  });

  test('answers with a diagnostic instead of a code while auditing is off', async () => {
    const client = await start({ tenants: [{ auditing: false, subscribed: ['Audit.Exchange'] }] });
    const response = await client.start(general);
    const error = toObject((await readObject(response)).error);
    expect(response.status).toBe(400);
    expect(String(error.code)).toMatch(/^StartSubscription \[CorrId=.+\]\[AppId$/);
    expect(String(error.message)).toContain(`Tenant ${client.tenant.tenantId} does not exist.\r\n   at`);
    expect(await client.list('Audit.Exchange')).toEqual([]);
  });

  test('shows content only some time after its first start, when so asked', async () => {
    const client = await start({
      tenants: [{ firstContentAfterMs: 10 * minute, content: { records: 500, days: 0.5 } }],
    });
    await client.start(general);
    expect(await client.list(general)).toEqual([]);
    client.emulator.advance(10 * minute);
    expect((await client.list(general)).length).toBeGreaterThan(0);
  });

  test('withholds for good what appears while it is stopped', async () => {
    const client = await start({ tenants: [{ content: { records: 0 } }] });
    const publish = (): string => client.emulator.publish({ contentType: general, generate: 3 }).contentId;
    await client.start(general);
    const before = publish();
    client.emulator.advance(20 * minute);
    await client.stop(general);
    expect(
      await readCode(
        await client.page(general, client.emulator.time.now() - 1_000, client.emulator.time.now()),
      ),
    ).toBe('400 AF20023');
    const missed = publish();
    client.emulator.advance(minute);
    await client.start(general);
    const after = publish();
    expect((await client.list(general)).map(({ contentId }) => contentId)).toEqual([before, after]);
    expect(await readCode(await client.call(`audit/${missed}`))).toBe('404 AF20050');
    expect([...client.emulator.truth()].map(({ contentId }) => contentId)).not.toContain(missed);
  });
});
