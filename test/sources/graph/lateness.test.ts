// What the operator is told of a feed of Graph that falls behind.

import { expect, test } from '@jest/globals';
import { textsOf } from '../../../input/contract/records.ts';
import type { Batch } from '../../../input/contract/source.ts';
import { startEmulator } from '../../../input/emulator/index.ts';
import type { FeedQuery } from '../../../input/sources/graph/log-type.ts';
import { directoryAudits } from '../../../input/sources/graph/log-types/directory-audits.ts';
import type { GraphOptions } from '../../../input/sources/graph/options.ts';
import { openGraphSource } from '../../../input/sources/graph/source.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import { closers } from '../management-activity/emulated-run.ts';
import { openBench } from '../management-activity/harness.ts';

const minute = 60_000;
const hour = 60 * minute;
const feed: FeedQuery = {
  ...{ name: 'directoryAudits', path: '/v1.0/auditLogs/directoryAudits', pageSize: 1000 },
  ...{ timeProperty: 'activityDateTime', endOperator: 'lt', longestSliceMs: 24 * hour },
};

async function begin(over: Partial<GraphOptions> = {}) {
  const clock = new IdleClock();
  const content = { records: 200, days: 1, latencyMs: 0 };
  const emulator = await startEmulator({ clock, tenants: [{ graph: { directoryAudits: content } }] });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const [tenant] = emulator.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const options: GraphOptions = {
    ...{ tenantId: tenant.tenantId, tenantName: undefined, clientId: tenant.clientId },
    ...{ clientSecret: async () => tenant.clientSecret, certificate: undefined, cloud: 'commercial' },
    ...{ logType: directoryAudits, hosts: { login: emulator.url, graph: emulator.url } },
    feeds: [feed],
    ...{ intervalMs: 5 * minute, initialIntervalMs: hour, delayMs: 10 * minute, overlapMs: 0 },
    ...{ requestsPerMinute: 100_000, maximumRecordBytes: 4 << 20 },
    ...over,
  };
  const held: Batch[] = [];
  const output = { takes: true };
  const known = new Set<string>();
  const settle = async (batch: Batch) => {
    const before = known.size;
    for (const text of textsOf(batch.records)) known.add(text);
    const delivered = known.size - before;
    await batch.settle({ delivered, duplicate: batch.records.count - delivered, deadLettered: 0 });
  };
  const stop = new AbortController();
  const run = async () => {
    const source = openGraphSource(options, { ...bench.environment, once: false });
    for await (const batch of source.batches(stop.signal)) {
      if (output.takes) await settle(batch);
      else held.push(batch);
    }
  };
  const running = run();
  closers.push(async () => {
    stop.abort();
    await running;
  });
  const current = () => bench.recorder.current(feed.name);
  const isLate = () => current()?.message.includes('Late by') === true;
  const go = async () => {
    output.takes = true;
    for (const batch of held.splice(0)) await settle(batch);
  };
  return { clock, emulator, output, current, isLate, go };
}

test('a feed that Graph does not answer is late after a quarter of an hour, and not once it has caught up', async () => {
  const { clock, emulator, current, isLate } = await begin();
  await clock.until(() => current()?.health === 'healthy', 'it is read');
  await clock.pass(hour);
  expect(isLate()).toBe(false);
  emulator.setFaults([{ match: { operation: 'graph' }, fault: { kind: 'status', status: 503 } }]);
  const before = clock.now();
  await clock.until(isLate, 'it is late');
  expect(clock.now() - before).toBeGreaterThan(9 * minute);
  expect(current()).toMatchObject({ health: 'degraded' });
  expect(current()?.message).toMatch(
    /^directoryAudits cannot be read: .+ Late by 15 minutes, since \d\d:\d\d UTC: records that could be asked for/,
  );
  emulator.setFaults([]);
  await clock.until(() => current()?.health === 'healthy', 'it has caught up');
});

test('a feed whose documents wait for the output is late and says so, in its history too', async () => {
  const { clock, output, current, isLate, go } = await begin({ initialIntervalMs: 20 * hour });
  output.takes = false;
  await clock.until(isLate, 'it is late');
  expect(current()?.message).toMatch(/^Late by .+ Documents wait for the output/);
  await go();
  await clock.until(() => current()?.health === 'healthy', 'it has caught up');
});
