import { afterEach, expect, test } from '@jest/globals';
import { startEmulator } from '../../../input/emulator/index.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { collectAll, distinctIds, openBench, sourceOptions } from './harness.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

test('collects every record of every content type once and ends', async () => {
  const clock = new IdleClock();
  const emulator = await startEmulator({
    clock,
    startCooldown: 'content-type',
    tenants: [{ content: { records: 3000, days: 6, recordsPerBlob: 50 } }],
  });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');

  const collected = await collectAll(bench, sourceOptions(emulator.url, tenant));

  const truth = new Set([...emulator.distinctIds()].map(({ id }) => id));
  expect(truth.size).toBeGreaterThan(2000);
  expect(distinctIds(collected)).toEqual(truth);
  expect(bench.recorder.counted('gaps')).toBe(0);
  expect(emulator.requests.counts().misuse).toEqual({});
  expect(bench.recorder.counted('items_acknowledged')).toBe(bench.recorder.counted('items_listed'));
});

test('ends at once where every token is refused, instead of asking for minutes', async () => {
  const clock = new IdleClock();
  const emulator = await startEmulator({ clock, tenants: [{ content: { records: 50 } }] });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const refused = { kind: 'status', status: 401 } as const;
  emulator.setFaults([
    { match: { operation: 'list' }, fault: refused },
    { match: { operation: 'content' }, fault: refused },
  ]);
  await collectAll(bench, sourceOptions(emulator.url, tenant));
  expect(bench.recorder.current('Audit.Exchange')).toMatchObject({ health: 'failed', code: 'unauthorized' });
  // For the subscriptions and for each content type: once, and once more with a new token.
  expect(emulator.requests.counts().byOperation.content).toBeLessThanOrEqual(10);
});
