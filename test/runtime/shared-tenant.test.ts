// A tenant that stands in several streams, which collect different content types.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { runCollector } from '../../input/runtime/run.ts';
import { loadPolicy } from '../../input/settings/policy/load-policy.ts';
import { createTelemetry } from '../../input/telemetry/telemetry.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { compare, makeWorkplace, nothingAmiss, readDelivered, streamFor } from '../end-to-end/harness.ts';
import { recordingLog } from '../state/state-folder.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const first = { content_types: ['Audit.Exchange', 'Audit.General'] };
const second = { content_types: ['Audit.AzureActiveDirectory', 'Audit.SharePoint', 'DLP.All'] };

async function emulate(clock: IdleClock): Promise<Emulator> {
  const content = { records: 200, recordsPerBlob: 20, ratePerMinute: 0 };
  const emulator = await startEmulator({ clock, tenants: [{ content }] });
  closers.push(() => emulator.close());
  return emulator;
}

async function runOnce(policyFile: string, clock: IdleClock) {
  const policy = await loadPolicy(policyFile, { once: true });
  const telemetry = createTelemetry({ clock, version: '0.1.0' });
  const never = new AbortController().signal;
  const log = recordingLog();
  const signals = { stop: never, abandon: never };
  const running = runCollector({
    policy,
    signals,
    telemetry,
    log,
    clock,
    random: () => 0.5,
    version: '0',
  });
  const result = await clock.during(running);
  return { ...result, log, components: telemetry.board.snapshot().components };
}

const truth = (emulator: Emulator) => [...emulator.distinctIds()].map(({ id }) => id);

test('is collected by both of them, each record once, with one token', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const { domain = '' } = emulator.tenants[0] ?? {};
  const byDomain = { ...streamFor(emulator, 0, second), tenant_id: domain };
  const place = await makeWorkplace({ streams: [streamFor(emulator, 0, first), byDomain] });
  closers.push(place.remove);
  const run = await runOnce(place.policy, clock);
  expect([...run.failed.keys()]).toEqual([]);
  expect(run.open).toBe(0);
  expect(compare(truth(emulator), await readDelivered(place.output))).toEqual(nothingAmiss);
  expect(emulator.requests.counts().byOperation.token).toBe(1);
  expect(run.components.filter(({ kind }) => kind === 'feed')).toHaveLength(5);
});

test('loses nothing when one of them cannot be delivered, and says of which feeds', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const { domain = '' } = emulator.tenants[0] ?? {};
  const overlapping = { ...streamFor(emulator, 0, { content_types: ['DLP.All', 'Audit.General'] }) };
  const streams = [streamFor(emulator, 0, first), { ...overlapping, tenant_id: domain }];
  const place = await makeWorkplace({ streams });
  closers.push(place.remove);
  const run = await runOnce(place.policy, clock);
  expect([...run.failed.values()]).toMatchObject([
    {
      code: 'tenant-twice',
      message: expect.stringMatching(/policy\.yml:\d+:\d+.*stream at .*policy\.yml:\d+:\d+ .*Audit\.General/),
    },
  ]);
  const delivered = await readDelivered(place.output);
  expect(compare(truth(emulator), delivered)).toMatchObject({ doubled: [], unknown: [] });
  expect(delivered.length).toBeGreaterThan(0);
});

test('may deliver to two outputs, which is no change of outputs', async () => {
  const clock = new IdleClock();
  const emulator = await emulate(clock);
  const place = await makeWorkplace({ streams: [streamFor(emulator, 0, first)] });
  closers.push(place.remove);
  const text = JSON.stringify({
    m365: { state_folder: place.state },
    outputs: {
      one: { type: 'file', path: join(place.folder, 'one') },
      other: { type: 'file', path: join(place.folder, 'other') },
    },
    inputs: [
      { type: 'm365', use_output: 'one', streams: [streamFor(emulator, 0, first)] },
      { type: 'm365', use_output: 'other', streams: [streamFor(emulator, 0, second)] },
    ],
  });
  await writeFile(place.policy, text);
  const lines: string[] = [];
  for (let start = 0; start < 2; start++) lines.push(...(await runOnce(place.policy, clock)).log.lines);
  expect(lines.filter((line) => line.includes('until now documents went to'))).toEqual([]);
  const delivered = [
    ...(await readDelivered(join(place.folder, 'one'))),
    ...(await readDelivered(join(place.folder, 'other'))),
  ];
  expect(compare(truth(emulator), delivered)).toEqual(nothingAmiss);
});
