// Content blobs have bodies that stay the same, come as the client accepts them, and end when they expire.

import { afterEach, describe, expect, test } from '@jest/globals';
import { contentTypes, type Emulator, type EmulatorOptions } from '../../../../input/emulator/index.ts';
import { Client, noon, readCode, startAtNoon } from '../../client.ts';

const hour = 3_600_000;
const general = 'Audit.General';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

const start = async (options: EmulatorOptions = {}): Promise<Client> => {
  const tenant = { subscribed: contentTypes, content: { records: 1_000, days: 0.8, recordsPerBlob: 10 } };
  emulator = await startAtNoon({ tenants: [tenant], ...options });
  return new Client(emulator);
};

describe('a blob', () => {
  test('is the same whenever it is asked for', async () => {
    const client = await start();
    const [blob] = await client.list('Audit.Exchange');
    const read = async (): Promise<string> => (await client.call(blob?.contentUri ?? '')).text();
    expect(await read()).toBe(await read());
    expect(JSON.parse(await read())).toHaveLength(10);
  });

  test('is the same when it was prepared', async () => {
    const client = await start();
    const { contentUri = '', contentId = '' } = (await client.list(general))[0] ?? {};
    const made = await (await client.call(contentUri)).text();
    await emulator?.close();
    const prepared = await start({ prepared: true });
    expect(await (await prepared.call(`audit/${contentId}`)).text()).toBe(made);
  });

  test('comes compressed to those who accept it, unless the emulator is told not to', async () => {
    const client = await start();
    const { contentUri = '', contentId = '' } = (await client.list(general))[0] ?? {};
    const read = async (reader: Client, path: string, encoding: string): Promise<string> => {
      const response = await reader.call(path, { headers: { 'accept-encoding': encoding } });
      expect(await response.json()).toHaveLength(10);
      return response.headers.get('content-encoding') ?? 'plain';
    };
    expect(await read(client, contentUri, 'gzip')).toBe('gzip');
    expect(await read(client, contentUri, 'identity')).toBe('plain');
    await emulator?.close();
    const prepared = await start({ prepared: true });
    expect(await read(prepared, `audit/${contentId}`, 'gzip')).toBe('gzip');
    await emulator?.close();
    expect(await read(await start({ gzip: false }), `audit/${contentId}`, 'gzip')).toBe('plain');
  });

  test('is made no faster than it is read', async () => {
    const client = await start();
    const { contentUri } = client.emulator.publish({ contentType: general, generate: 2_000_000 });
    const before = process.memoryUsage().rss;
    const response = await client.call(contentUri, { headers: { 'accept-encoding': 'identity' } });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(
      Buffer.from(first?.value ?? [])
        .subarray(0, 2)
        .toString(),
    ).toBe('[{');
    await reader?.cancel();
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('holds repeated records of earlier blobs, with their keys in another order', async () => {
    const habits = { repeatedRecords: 0.2 };
    const content = { records: 1_000, days: 0.8, recordsPerBlob: 10, habits };
    const client = await start({ tenants: [{ subscribed: contentTypes, content }] });
    const seen = new Map<string, object>();
    let repeated = 0;
    for (const { contentUri } of await client.list('Audit.SharePoint')) {
      for (const record of await client.records(contentUri)) {
        const before = seen.get(String(record.Id));
        seen.set(String(record.Id), before ?? record);
        if (!before) continue;
        repeated += 1;
        expect(record).toEqual(before);
        expect(Object.keys(record)).toEqual(Object.keys(before).reverse());
      }
    }
    expect(repeated).toBeGreaterThan(20);
    expect(seen.size).toBe(250);
  });

  test('that does not exist, is malformed, or has expired is refused', async () => {
    const client = await start();
    const [blob] = await client.list(general);
    const ask = async (id: string): Promise<string> => readCode(await client.call(`audit/${id}`));
    expect(await ask('nonsense')).toBe('400 AF20052');
    expect(await ask(String(blob?.contentId).replace(/^\d{4}/, '2025'))).toBe('404 AF20050');
    expect(await ask(String(blob?.contentId).replace(/\d+$/, '9999'))).toBe('404 AF20050');
    client.emulator.advance(168 * hour);
    await client.signIn();
    expect(await ask(String(blob?.contentId))).toBe('400 AF20051');
  });

  test('may be given by its records, their text, its bytes, or another blob', async () => {
    const client = await start();
    const publish = async (request: object): Promise<string> => {
      const { contentUri } = client.emulator.publish({ contentType: general, ...request });
      return (await client.call(contentUri)).text();
    };
    expect(await publish({ records: [{ Id: 'a', Operation: 'x' }, 7] })).toBe(
      '[{"Id":"a","Operation":"x"},7]',
    );
    expect(await publish({ texts: ['{"Id": "b",  "n": 1.0}'] })).toBe('[{"Id": "b",  "n": 1.0}]');
    expect(await publish({ body: Buffer.from('[{"Id":"c"}').toString('base64'), ids: ['c'] })).toBe(
      '[{"Id":"c"}',
    );
    const { contentId } = client.emulator.publish({ contentType: general, records: [{ Id: 'd', a: 1 }] });
    expect(await publish({ copyOf: contentId })).toBe('[{"a":1,"Id":"d"}]');
    const published = [...client.emulator.truth({ contentType: general })].slice(0, 6).map(({ id }) => id);
    expect(published).toEqual(['a', undefined, 'b', 'c', 'd', 'd']);
    const distinct = [...client.emulator.distinctIds({ contentType: general })].map(({ id }) => id);
    expect(distinct.filter((id) => id.length === 1)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('may be said to expire early', async () => {
    const client = await start();
    const contentExpiration = new Date(noon + hour / 4).toISOString();
    const { contentUri } = client.emulator.publish({ contentType: general, generate: 1, contentExpiration });
    expect((await client.call(contentUri)).status).toBe(200);
    client.emulator.advance(hour / 4);
    expect(await readCode(await client.call(contentUri))).toBe('400 AF20051');
  });
});
