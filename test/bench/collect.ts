// Measures the main job as a whole process: listing, streaming parse, mapping, de-duplication and write, from an
// emulator in another process over real HTTP to the file output, with a ledger that holds twenty million Ids already.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, makeWorkplace, readDelivered } from '../end-to-end/harness.ts';
import { fillLedger } from '../state/fill-ledger.ts';
import { startEmulatorProcess } from './emulator-process.ts';
export interface Usage {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly peakRssMiB: number;
}

const root = join(import.meta.dirname, '..', '..');
const printedKept = 100_000;

export interface MeasuredUsage extends Usage {
  readonly code: number | null;
  readonly printed: string;
}

/** A collector as a process of its own. */
export interface MeasuredRun {
  readonly child: ChildProcess;
  /** The usage of the whole process, once it has ended. */
  readonly ended: Promise<MeasuredUsage>;
}

/** Starts `m365 run` with these arguments behind it. */
export function startMeasured(
  args: readonly string[],
  folder: string,
  flags: readonly string[] = [],
): MeasuredRun {
  const program = join(root, 'input', 'cli', 'm365.js');
  const usageFile = join(folder, 'usage.json');
  const reporter = join(import.meta.dirname, 'report-usage.js');
  const child = spawn(process.execPath, [...flags, '--import', reporter, program, 'run', ...args], {
    cwd: root,
    // The compile cache is the benchmark's own: code that changed since the last run must not bring Node's TypeScript
    // parser into the measure.
    env: { ...process.env, M365_BENCH_USAGE: usageFile, NODE_COMPILE_CACHE: join(folder, 'compile-cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed = (printed + chunk).slice(-printedKept);
    });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const ended = closed.then(async (code) => {
    const usage: Usage = JSON.parse(await readFile(usageFile, 'utf8'));
    return { code, printed, ...usage };
  });
  return { child, ended };
}

/** Runs `m365 run --once` to its end and returns what the whole process used. */
export async function measureRun(policy: string, folder: string, profile?: string): Promise<MeasuredUsage> {
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return startMeasured(['--policy', policy, '--once'], folder, flags).ended;
}

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '200000' },
      known: { type: 'string', default: '20000000' },
      profile: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  const records = Number(values.records);
  const emulator = await startEmulatorProcess({
    seed: 1,
    prepared: true,
    gzip: false,
    tenants: [{ content: { records, recordsPerBlob: 100, days: 1 } }],
  });
  const workplace = await makeWorkplace({ streams: [emulator.stream] });
  try {
    const now = Math.trunc(Date.now() / 1000);
    const known = { count: Number(values.known), fromSeconds: now - 8 * 86_400, toSeconds: now - 86_400 };
    await fillLedger({ folder: workplace.state, ...known });
    const used = await measureRun(workplace.policy, workplace.folder, values.profile);
    const seconds = used.userSeconds + used.systemSeconds;
    const difference = compare(await emulator.distinctIds(), await readDelivered(workplace.output));
    console.log(
      `exit code ${used.code}; missing ${difference.missing.length}, doubled ${difference.doubled.length}`,
    );
    if (used.code !== 0) console.log(used.printed.slice(-2000));
    console.log(
      `${records} records in ${seconds.toFixed(2)} CPU s (user ${used.userSeconds.toFixed(2)}, system ${used.systemSeconds.toFixed(2)}): ${Math.round(records / seconds)} records per CPU-second; peak RSS ${used.peakRssMiB.toFixed(0)} MiB`,
    );
  } finally {
    await emulator.stop();
    if (values.keep) console.log(workplace.folder);
    else await rm(workplace.folder, { recursive: true, force: true });
  }
}
