// A plain client collects exactly the records that the truth says were made available.

import { afterEach, describe, expect, test } from '@jest/globals';
import { contentTypes, type Emulator, type EmulatorOptions } from '../../../../input/emulator/index.ts';
import { Client, startAtNoon } from '../../client.ts';

let emulator: Emulator | undefined;
afterEach(() => emulator?.close());

const start = async (options: EmulatorOptions): Promise<Client> => {
  emulator = await startAtNoon(options);
  return new Client(emulator);
};

const day = { records: 700, days: 0.8, recordsPerBlob: 20 };

describe('the emulator', () => {
  test('serves exactly the records of its truth', async () => {
    const client = await start({ tenants: [{ subscribed: contentTypes, content: day }] });
    const collected = await client.collect();
    expect(collected.length).toBe(700);
    expect(new Set(collected)).toEqual(new Set([...client.emulator.distinctIds()].map(({ id }) => id)));
  });

  test('keeps to its truth with every habit at once', async () => {
    const habits = { lateBlobs: 0.2, repeatedRecords: 0.1, listedTwice: 0.2, emptyPages: 0.3, oldPaths: 0.5 };
    const tenant = { subscribed: contentTypes, content: { ...day, habits } };
    const client = await start({ tenants: [tenant], pageSize: 3 });
    const early = new Set(await client.collect());
    client.emulator.advance(90 * 60_000);
    const collected = await client.collect();
    const truth = new Set([...client.emulator.distinctIds()].map(({ id }) => id));
    expect(truth.size).toBe(700);
    expect(early.size).toBeLessThan(truth.size);
    expect(new Set(collected)).toEqual(truth);
    expect(collected.length).toBeGreaterThan(truth.size);
  });

  test('says the same truth over HTTP', async () => {
    const client = await start({ tenants: [{ content: { ...day, habits: { repeatedRecords: 0.1 } } }] });
    const read = async (path: string): Promise<unknown[]> => {
      const text = await (await fetch(`${client.emulator.url}/emulator/${path}`)).text();
      return text
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
    };
    expect(await read('truth?contentType=Audit.Exchange')).toEqual([
      ...client.emulator.truth({ contentType: 'Audit.Exchange' }),
    ]);
    expect(await read('truth/ids')).toEqual([...client.emulator.distinctIds()]);
  });

  test('makes new content as time goes on', async () => {
    const content = { records: 0, ratePerMinute: 60, recordsPerBlob: 50 };
    const client = await start({ tenants: [{ subscribed: contentTypes, content }] });
    expect(await client.collect()).toEqual([]);
    client.emulator.advance(3_600_000);
    const collected = await client.collect();
    expect(collected.length).toBeGreaterThan(3_400);
    expect(collected.length).toBeLessThanOrEqual(3_600);
    expect(new Set(collected).size).toBe(collected.length);
  });

  test('gives the same content for the same seed, other content for another', async () => {
    const ids = async (seed: number): Promise<unknown[]> => {
      const other = await startAtNoon({ seed, tenants: [{ content: { records: 50 } }] });
      await other.close();
      return [other.tenants[0]?.clientSecret, ...other.truth()];
    };
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
  });
});
