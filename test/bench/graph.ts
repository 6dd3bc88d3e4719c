// Measures the collection of Graph's logs: how far Microsoft's budgets bound it, on a clock that jumps, and, in a process of
// its own, records per CPU-second and the share of a core that many tenants take while nothing but new records come in.

import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { GraphLogOptions } from '../../input/emulator/apis/graph/options.ts';
import { graphKinds } from '../../input/sources/graph/index.ts';
import {
  type EmulatedPlace,
  makeWorkplace,
  type PolicyStream,
  readDelivered,
} from '../end-to-end/harness.ts';
import { everyLog, graphStream } from '../sources/graph/harness.ts';
import { startMeasured } from './collect.ts';
import { startEmulatorProcess } from './emulator-process.ts';
import { measureBacklog, measureSteadyState } from './graph-budgets.ts';

const parts = ['backlog', 'steady', 'throughput', 'tenants'] as const;

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: 'string', multiple: true, default: [...parts] },
      records: { type: 'string', default: '50000' },
      tenants: { type: 'string', default: '100' },
      minutes: { type: 'string', default: '10' },
      'warm-up-minutes': { type: 'string', default: '6' },
      'per-minute': { type: 'string', default: '1' },
    },
  });
  const records = Number(values.records);
  const chosen = new Set(values.part);
  if (chosen.has('backlog')) await measureBacklog(records);
  if (chosen.has('steady')) await measureSteadyState();
  if (chosen.has('throughput')) await measureThroughput(records);
  if (chosen.has('tenants')) {
    await measureTenants({
      tenants: Number(values.tenants),
      minutes: Number(values.minutes),
      warmUpMinutes: Number(values['warm-up-minutes']),
      rate: Number(values['per-minute']),
    });
  }
}

/** All log types of one tenant, read once, as fast as the emulator answers. */
async function measureThroughput(records: number): Promise<void> {
  const graph = everyLog({ records, days: 1, latencyMs: 600_000 });
  const emulator = await startEmulatorProcess({ seed: 3, tenants: [{ graph }] });
  const workplace = await makeWorkplace({ streams: streamsOf(emulator, 0) });
  try {
    const run = startMeasured(['--policy', workplace.policy, '--once'], workplace.folder);
    const { code, printed, userSeconds, systemSeconds, peakRssMiB } = await run.ended;
    const seconds = userSeconds + systemSeconds;
    const delivered = (await readDelivered(workplace.output)).length;
    console.log(
      `throughput: ${delivered} records of ${Object.keys(graph).length} logs in ${seconds.toFixed(1)} CPU s: ${Math.round(delivered / seconds)} records per CPU-second; peak RSS ${peakRssMiB.toFixed(0)} MiB, exit code ${code}`,
    );
    if (code !== 0) console.log(printed.slice(-2000));
  } finally {
    await emulator.stop();
    await rm(workplace.folder, { recursive: true, force: true });
  }
}

interface ManyTenants {
  readonly tenants: number;
  readonly minutes: number;
  /** What goes by before; the first polls are over then, and the next ones spread over the interval. */
  readonly warmUpMinutes: number;
  /** New records of each log of each tenant in a minute. */
  readonly rate: number;
}

/** At the default interval and within the published budgets, once the first polls are over. */
async function measureTenants({ tenants, minutes, warmUpMinutes, rate }: ManyTenants): Promise<void> {
  const log: GraphLogOptions = { records: 0, ratePerMinute: rate };
  const tenant = { graph: { ...everyLog(log), serviceOverviews: { records: 30 } } };
  const emulator = await startEmulatorProcess({
    seed: 5,
    graph: { limits: true },
    tenants: Array.from({ length: tenants }, () => tenant),
  });
  const streams = Array.from({ length: tenants }, (_, index) =>
    streamsOf(emulator, index, { requests_per_minute: undefined, initial_interval: '1h', overlap: '30m' }),
  ).flat();
  const workplace = await makeWorkplace({ streams });
  const run = startMeasured(['--policy', workplace.policy], workplace.folder);
  try {
    await delay(warmUpMinutes * 60_000);
    const [before, requestsBefore] = [cpuSecondsOf(run.child.pid), await countRequests(emulator)];
    await delay(minutes * 60_000);
    const cpu = cpuSecondsOf(run.child.pid) - before;
    const { total, throttled } = await countRequests(emulator);
    run.child.kill('SIGTERM');
    const used = await run.ended;
    console.log(
      `${tenants} tenants, ${streams.length} log types: ${((cpu / (minutes * 60)) * 100).toFixed(1)} % of a core over ${minutes} minutes, ${((total - requestsBefore.total) / minutes).toFixed(0)} requests a minute of which ${throttled - requestsBefore.throttled} were refused; ${(used.userSeconds + used.systemSeconds).toFixed(0)} CPU s with start and first polls; peak RSS ${used.peakRssMiB.toFixed(0)} MiB, exit code ${used.code}`,
    );
    if (used.code !== 0) console.log(used.printed.slice(-2000));
  } finally {
    run.child.kill('SIGKILL');
    await emulator.stop();
    await rm(workplace.folder, { recursive: true, force: true });
  }
}

function streamsOf(
  emulator: EmulatedPlace,
  tenant: number,
  more: Record<string, unknown> = {},
): PolicyStream[] {
  return graphKinds.map(({ name }) =>
    graphStream(emulator, name, { id: `${name}-${tenant}`, ...more }, tenant),
  );
}

/** Linux counts in hundredths of a second. */
function cpuSecondsOf(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function countRequests({
  url,
}: {
  readonly url: string;
}): Promise<{ total: number; throttled: number }> {
  const response = await fetch(`${url}/emulator/requests`);
  const { total, byStatus } = Object(await response.json());
  return { total: Number(total), throttled: Number(byStatus?.['429'] ?? 0) };
}
