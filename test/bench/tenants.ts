// Measures peak memory with many tenants in one policy: the collector follows all of them, as a service does, until
// everything there was at its start is delivered and some more minutes have passed. The emulator runs beside it.

import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { TenantOptions } from '../../input/emulator/index.ts';
import { compare, makeWorkplace, readDelivered } from '../end-to-end/harness.ts';
import { type MeasuredRun, startMeasured } from './collect.ts';
import { startEmulatorProcess } from './emulator-process.ts';

const lookEveryMs = 5_000;
const patienceMs = 15 * 60_000;

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tenants: { type: 'string', default: '1000' },
      records: { type: 'string', default: '100' },
      rate: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '3' },
      flag: { type: 'string', multiple: true, default: [] },
      keep: { type: 'boolean', default: false },
    },
  });
  const count = Number(values.tenants);
  const content = {
    records: Number(values.records),
    days: 1,
    recordsPerBlob: 10,
    ratePerMinute: Number(values.rate),
  };
  const tenant: TenantOptions = { content };
  const emulator = await startEmulatorProcess({
    seed: 7,
    tenants: Array.from({ length: count }, () => tenant),
  });
  const workplace = await makeWorkplace({ streams: emulator.streams });
  const listed = await emulator.distinctIds();
  const run = startMeasured(['--policy', workplace.policy], workplace.folder, values.flag);
  try {
    const started = performance.now();
    await untilDelivered(workplace.output, listed, run);
    const seconds = (performance.now() - started) / 1000;
    await delay(Number(values.minutes) * 60_000);
    run.child.kill('SIGTERM');
    const used = await run.ended;
    const { doubled } = compare(listed, await readDelivered(workplace.output));
    const cpu = (used.userSeconds + used.systemSeconds).toFixed(1);
    console.log(
      `${count} tenants: peak RSS ${used.peakRssMiB.toFixed(0)} MiB, ${cpu} CPU s; ${listed.size} records of history in ${seconds.toFixed(0)} s, then ${values.minutes} minutes of following; doubled ${doubled.length}, exit code ${used.code}`,
    );
    if (used.code !== 0 || values.flag.length > 0) console.log(used.printed.slice(-5000));
  } finally {
    run.child.kill('SIGKILL');
    await emulator.stop();
    if (values.keep) console.log(workplace.folder);
    else await rm(workplace.folder, { recursive: true, force: true });
  }
}

async function untilDelivered(
  folder: string,
  wanted: ReadonlySet<string>,
  { child }: MeasuredRun,
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const { missing } = compare(wanted, await readDelivered(folder));
    if (missing.length === 0) return;
    if (performance.now() > end || child.exitCode !== null)
      throw new Error(`${missing.length} of ${wanted.size} records are not there`);
    await delay(lookEveryMs);
  }
}
