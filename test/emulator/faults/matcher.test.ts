// An entry of a fault plan hits the requests that its match describes, in the turns that it names.

import { afterEach, describe, expect, test } from '@jest/globals';
import type { Fault, FaultEntry, FaultMatch } from '../../../input/emulator/index.ts';
import { noon } from '../client.ts';
import { closeStarted, general, hour, on, startWithFaults } from './harness.ts';

afterEach(closeStarted);

describe('a match', () => {
  const hit: Fault = { kind: 'status', status: 599 };

  test.each([
    ['times', { match: { operation: 'list' }, times: 2 }, [599, 599, 200, 200]],
    ['nth', { match: { operation: 'list', nth: [1, 3] } }, [599, 200, 599, 200]],
    ['every', { match: { operation: 'list', every: 2 } }, [200, 599, 200, 599]],
    ['attempt', { match: { operation: 'list', attempt: 1 } }, [599, 200, 200, 200]],
    ['method', { match: { operation: 'list', method: 'POST' } }, [200, 200, 200, 200]],
    ['path', { match: { path: '/subscriptions/li.t\\?' }, times: 1 }, [599, 200, 200, 200]],
    ['tenant', { match: { operation: ['list', 'stop'], tenant: 'elsewhere.example' } }, [200, 200, 200, 200]],
  ] satisfies [string, Omit<FaultEntry, 'fault'>, number[]][])('by %s', async (_, entry, statuses) => {
    const client = await startWithFaults({ ...entry, fault: hit });
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) seen.push((await client.call('subscriptions/list')).status);
    expect(seen).toEqual(statuses);
  });

  test('by content type, of blobs too; and by content id', async () => {
    const client = await startWithFaults();
    const [blob, other] = await client.list('Audit.Exchange');
    const statuses = async (match: FaultMatch): Promise<number[]> => {
      client.emulator.setFaults([{ match, fault: hit }]);
      return [
        (await client.call(blob?.contentUri ?? '')).status,
        (await client.call(other?.contentUri ?? '')).status,
        (await client.page('Audit.Exchange', noon - hour, noon)).status,
        (await client.page(general, noon - hour, noon)).status,
      ];
    };
    expect(await statuses({ contentType: 'Audit.Exchange' })).toEqual([599, 599, 599, 200]);
    expect(await statuses({ contentId: blob?.contentId ?? '' })).toEqual([599, 200, 200, 200]);
    expect(await statuses({ operation: 'blob', attempt: 1 })).toEqual([599, 599, 200, 200]);
  });

  test('by rate, the same for the same seed', async () => {
    const run = async (seed: number): Promise<number> => {
      const client = await startWithFaults({ match: { operation: 'list', rate: 0.3, seed }, fault: hit });
      for (let i = 0; i < 100; i++) await client.call('subscriptions/list');
      const fired = client.emulator.faults()[0]?.fired ?? 0;
      await client.emulator.close();
      return fired;
    };
    const fired = await run(5);
    expect(fired).toBeGreaterThan(15);
    expect(fired).toBeLessThan(45);
    expect(await run(5)).toBe(fired);
  });

  test('for a while, on the emulator’s clock', async () => {
    const client = await startWithFaults({ match: { operation: 'list' }, forMs: 10_000, fault: hit });
    expect((await client.call('subscriptions/list')).status).toBe(599);
    client.emulator.advance(10_000);
    expect((await client.call('subscriptions/list')).status).toBe(200);
  });

  test('of the first entry wins, and what fits nothing passes', async () => {
    const client = await startWithFaults(
      { match: { operation: 'stop' }, fault: hit },
      on('list', { kind: 'status', status: 598 }),
      on('list', hit),
    );
    expect((await client.call('subscriptions/list')).status).toBe(598);
    expect(client.emulator.faults().map(({ matched, fired }) => [matched, fired])).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect(client.emulator.requests.counts().byFault).toEqual({ status: 1 });
  });
});
