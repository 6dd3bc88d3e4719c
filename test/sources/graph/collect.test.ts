// The log types of Graph, collected from the emulated one over HTTP by the program itself, killed and started again.

import { afterEach, expect, test } from '@jest/globals';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../input/emulator/index.ts';
import { compare, nothingAmiss, type PolicyStream, until, type Workplace } from '../../end-to-end/harness.ts';
import {
  compareOverviews,
  countOverviews,
  everyLog,
  everyStream,
  graphStream,
  makeGraphWorkplace,
  readIds,
  readStatus,
  runGraph,
  startGraph,
  truthOf,
} from './harness.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const log = 'directoryAudits';
const hour = 3_600_000;

interface Prepared {
  readonly emulator: Emulator;
  readonly place: Workplace;
  readonly run: string[];
}

async function prepare(
  options: EmulatorOptions,
  streams: (emulator: Emulator) => PolicyStream[] = (emulator) => [
    graphStream(emulator, 'graph-directory-audits'),
  ],
): Promise<Prepared> {
  const emulator = await startEmulator({ frozen: true, ...options });
  closers.push(() => emulator.close());
  const place = await makeGraphWorkplace(streams(emulator));
  closers.push(() => place.remove());
  return { emulator, place, run: ['run', '--once', '--policy', place.policy] };
}

/** All that shows is older than the delay. */
const shown = { records: 400, days: 1, latencyMs: 600_000 };

test('of every kind are collected, each record once', async () => {
  const { emulator, place, run } = await prepare(
    { graph: { pageSize: 100 }, tenants: [{ graph: everyLog(shown) }] },
    everyStream,
  );
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  const wanted = truthOf(emulator);
  expect(wanted.length).toBeGreaterThan(12 * 380);
  expect(compare(wanted, readIds(place.output))).toEqual(nothingAmiss);
});

test('are all there, each once, after kills half way and answers that break', async () => {
  const graph = { [log]: { ...shown, records: 3000, late: 0.1, unstable: 0.2 } };
  const { emulator, place, run } = await prepare({
    graph: { pageSize: 50 },
    tenants: [{ graph }],
    faults: [
      {
        match: { operation: 'graph', path: 'skiptoken', every: 13 },
        fault: {
          kind: 'status',
          status: 400,
          body: '{"error":{"code":"BadRequest","message":"Skip token is null."}}',
        },
      },
      { match: { operation: 'graph', rate: 0.05 }, fault: { kind: 'reset', when: 'in-body', bytes: 9000 } },
      {
        match: { operation: 'graph', rate: 0.05, seed: 2 },
        fault: { kind: 'truncate', bytes: 7000, declares: 'what-comes' },
      },
      { match: { operation: 'graph', every: 17 }, times: 3, fault: { kind: 'expired-token' } },
      {
        match: { operation: 'graph', every: 19 },
        times: 1,
        fault: { kind: 'status', status: 429, headers: { 'Retry-After': '1' } },
      },
    ],
  });
  for (let kill = 0; kill < 3; kill += 1) {
    const running = startGraph(...run);
    const target = emulator.requests.counts().total + 15;
    await until(() => emulator.requests.counts().total >= target);
    running.child.kill('SIGKILL');
    await running.exit;
  }
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  expect(compare(truthOf(emulator, log), readIds(place.output))).toEqual(nothingAmiss);
});

test('that show an hour late are found by the second look', async () => {
  const graph = { [log]: { ...shown, records: 4000, late: 0.4, ratePerMinute: 4 } };
  const { emulator, place, run } = await prepare({ tenants: [{ graph }] });
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  const first = readIds(place.output).length;
  emulator.advance(2.5 * hour);
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  const wanted = truthOf(emulator, log);
  expect(wanted.length).toBeGreaterThan(first + 100);
  expect(compare(wanted, readIds(place.output))).toEqual(nothingAmiss);
});

test('are read by the clock of Graph, where that of this machine is two hours ahead', async () => {
  const graph = { [log]: { records: 60, days: 1 / 24, latencyMs: 0 } };
  const { emulator, place, run } = await prepare(
    { clock: { now: () => Date.now() - 2 * hour }, tenants: [{ graph }] },
    (of) => [graphStream(of, 'graph-directory-audits', { delay: '0s', initial_interval: '61m' })],
  );
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  const wanted = truthOf(emulator, log);
  expect(wanted).toHaveLength(60);
  expect(compare(wanted, readIds(place.output))).toEqual(nothingAmiss);
});

test('that change are collected in each state that a poll sees, under one id', async () => {
  const graph = { alerts: { ...shown, records: 60 } };
  const { emulator, place, run } = await prepare({ tenants: [{ graph }] }, (of) => [
    graphStream(of, 'graph-alerts'),
  ]);
  const states = new Set<string>();
  for (let poll = 0; poll < 3; poll += 1) {
    expect(await runGraph(...run)).toMatchObject({ code: 0 });
    for (const id of truthOf(emulator, 'alerts')) states.add(id);
    emulator.advance(hour / 2);
  }
  expect(states.size).toBeGreaterThan(60);
  expect(compare(states, readIds(place.output))).toEqual(nothingAmiss);
});

test('that say how services are now are a record for each change that a poll sees', async () => {
  const graph = { serviceOverviews: { records: 12 } };
  const { emulator, place, run } = await prepare({ graph: { pageSize: 5 }, tenants: [{ graph }] }, (of) => [
    graphStream(of, 'graph-service-health', { service_issues: false, message_centre: false }),
  ]);
  const seen: number[] = [];
  for (let poll = 0; poll < 4; poll += 1) {
    expect(await runGraph(...run)).toMatchObject({ code: 0 });
    expect(compareOverviews(emulator, place.output)).toEqual(nothingAmiss);
    seen.push(countOverviews(place.output));
    // The third one finds what the second one found.
    if (poll !== 1) emulator.advance(2 * hour);
  }
  const [first, second = 0, third, fourth] = seen;
  expect([first, third]).toEqual([12, second]);
  expect(second).toBeGreaterThan(12);
  expect(fourth).toBeGreaterThan(second);
});

test('of one feed that is refused stop no other, and say what to do', async () => {
  const graph = { ...everyLog({ records: 20 }), servicePrincipal: { refused: 'licence' as const } };
  const { emulator, place, run } = await prepare({ tenants: [{ graph }] }, (of) => [
    graphStream(of, 'graph-sign-ins', { delay: '0s' }),
  ]);
  const { code, printed } = await runGraph(...run);
  expect(code).toBe(1);
  expect(printed).toMatch(/servicePrincipal cannot be read: no-premium-licence/);
  const wanted = ['interactiveUser', 'nonInteractiveUser', 'managedIdentity'].flatMap((name) =>
    truthOf(emulator, name),
  );
  expect(compare(wanted, readIds(place.output))).toEqual(nothingAmiss);
  expect(readStatus(place, 'servicePrincipal')).toMatchObject({
    health: 'failed',
    code: 'no-premium-licence',
    message: expect.stringContaining('P1 or P2'),
  });
});

test('that come in part are asked for again', async () => {
  const graph = { [log]: { ...shown, records: 50 } };
  const part = {
    kind: 'status',
    status: 206,
    body: '{"value":[]}',
    headers: { Warning: '199 - "a product failed"' },
  } as const;
  const { emulator, place, run } = await prepare({
    tenants: [{ graph }],
    faults: [{ match: { operation: 'graph', nth: [2, 3] }, fault: part }],
  });
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  expect(compare(truthOf(emulator, log), readIds(place.output))).toEqual(nothingAmiss);
});

test('are not asked for on another host than that of Graph', async () => {
  const graph = { [log]: { ...shown, records: 50 } };
  const { emulator, place, run } = await prepare({
    graph: { pageSize: 5 },
    tenants: [{ graph }],
    faults: [{ match: { operation: 'graph' }, fault: { kind: 'foreign-page' } }],
  });
  await runGraph(...run);
  expect(emulator.requests.counts().byHost).toEqual({ [new URL(emulator.url).host]: expect.any(Number) });
  expect(readStatus(place, log)).toMatchObject({ code: 'next-page-refused' });
});
