// Directory audits, collected from the emulated Graph over HTTP by the program itself, killed and started again.

import { afterEach, expect, test } from '@jest/globals';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../input/emulator/index.ts';
import { compare, nothingAmiss, until, type Workplace } from '../../end-to-end/harness.ts';
import { graphStream, makeGraphWorkplace, readIds, runGraph, startGraph, truthOf } from './harness.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const log = 'directoryAudits';

async function prepare(
  options: EmulatorOptions,
  more: Record<string, unknown> = {},
): Promise<{ emulator: Emulator; place: Workplace; run: string[] }> {
  const emulator = await startEmulator({ frozen: true, ...options });
  closers.push(() => emulator.close());
  const place = await makeGraphWorkplace([graphStream(emulator, 'graph-directory-audits', more)]);
  closers.push(() => place.remove());
  return { emulator, place, run: ['run', '--once', '--policy', place.policy] };
}

test('are collected, each once, over several pages and slices', async () => {
  const graph = { [log]: { records: 2500, days: 2 } };
  const { emulator, place, run } = await prepare(
    { graph: { pageSize: 100 }, tenants: [{ graph }] },
    { delay: '0s' },
  );
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  const wanted = truthOf(emulator, log);
  expect(wanted.length).toBeGreaterThan(2400);
  expect(compare(wanted, readIds(place.output))).toEqual(nothingAmiss);
});

test('are all there, each once, after kills half way and answers that break', async () => {
  const graph = { [log]: { records: 3000, days: 1, late: 0.1, unstable: 0.2 } };
  const { emulator, place, run } = await prepare(
    {
      graph: { pageSize: 50 },
      tenants: [{ graph }],
      faults: [
        { match: { operation: 'graph', rate: 0.05 }, fault: { kind: 'reset', when: 'in-body', bytes: 9000 } },
        {
          match: { operation: 'graph', rate: 0.05, seed: 2 },
          fault: { kind: 'truncate', bytes: 7000, declares: 'what-comes' },
        },
        { match: { operation: 'graph', every: 17 }, times: 3, fault: { kind: 'expired-token' } },
      ],
    },
    { delay: '0s' },
  );
  for (let kill = 0; kill < 3; kill += 1) {
    const running = startGraph(...run);
    const target = emulator.requests.counts().total + 15;
    await until(() => emulator.requests.counts().total >= target);
    running.child.kill('SIGKILL');
    await running.exit;
  }
  expect(await runGraph(...run)).toMatchObject({ code: 0 });
  const wanted = truthOf(emulator, log);
  expect(compare(wanted, readIds(place.output))).toEqual(nothingAmiss);
});
