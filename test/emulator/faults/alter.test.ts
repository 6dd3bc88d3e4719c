// A client meets the faults that put further records into an answer.

import { afterEach, describe, expect, test } from '@jest/globals';
import { hostileKinds } from '../../../input/emulator/index.ts';

import { closeStarted, on, readRaw, startOnBlob } from './harness.ts';

afterEach(closeStarted);

describe('a fault in the records that are answered', () => {
  test('huge: the same records, white space, or one record', async () => {
    const { client, contentUri, whole } = await startOnBlob({ kind: 'huge', bytes: 500_000 });
    const own = (await client.records(contentUri)).map(({ Id }) => Id);
    expect(JSON.stringify(own).length).toBeGreaterThan(0);
    const read = async (of: 'records' | 'whitespace' | 'one-record'): Promise<string> => {
      client.emulator.setFaults([on('blob', { kind: 'huge', bytes: 500_000, of })]);
      const text = await (await client.call(contentUri)).text();
      expect(text.length).toBeGreaterThan(500_000);
      return text;
    };
    const ids = new Set(JSON.parse(whole).map(({ Id }: { Id: string }) => Id));
    expect(new Set(JSON.parse(await read('records')).map(({ Id }: { Id: string }) => Id))).toEqual(ids);
    expect(JSON.parse(await read('whitespace'))).toEqual(JSON.parse(whole));
    const [giant] = JSON.parse(await read('one-record')).slice(-1);
    expect(giant.Data.length).toBe(500_000);
    expect([...client.emulator.distinctIds()].map(({ id }) => id)).toContain(giant.Id);
  });

  test('hostile records, each of which is in the truth once it was served', async () => {
    const { client, contentUri, whole } = await startOnBlob({ kind: 'hostile', records: hostileKinds });
    const before = [...client.emulator.truth()].length;
    const { body, bytes } = await readRaw(client, contentUri);
    expect(body.startsWith(whole.slice(0, -1))).toBe(true);
    for (const part of [
      '"__proto__"',
      '[[[[[[[[',
      '\\ud800',
      '7'.repeat(400),
      '"QueryTime":1,"QueryTime":2',
      '"a..b"',
      '"Key4999"',
      'null,42,"text"',
    ])
      expect(body).toContain(part);
    expect(bytes.includes(Buffer.of(0xff, 0xfe, 0xc3, 0x28))).toBe(true);
    const records: unknown = JSON.parse(body);
    expect(Array.isArray(records) && records.length).toBe(20 + hostileKinds.length + 5);
    await client.call(contentUri);
    const added = [...client.emulator.truth()].slice(before);
    expect(added).toHaveLength(hostileKinds.length);
    for (const { id } of added) if (id !== undefined) expect(body).toContain(`"Id":"${id}"`);
    expect(added.filter(({ id }) => id === undefined)).toHaveLength(2);
  });
});
