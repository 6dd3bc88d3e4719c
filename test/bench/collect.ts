// The main job as a whole process: listing, streaming parse, mapping, de-duplication and write, from an emulator in
// another process over real HTTP to the file output, with a ledger that holds twenty million Ids already.

import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillLedger } from '../delivery/fill-ledger.ts';
import { compare, makeWorkplace, readDelivered } from '../end-to-end/harness.ts';
import { startEmulatorProcess } from './emulator-process.ts';
export interface Usage {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly peakRssMiB: number;
}

const root = join(import.meta.dirname, '..', '..');

export interface Measured extends Usage {
  readonly code: number | null;
  readonly printed: string;
}

/** Runs `m365 run --once` to its end and returns what the whole process used. */
export async function measureRun(policy: string, folder: string, profile?: string): Promise<Measured> {
  const usageFile = join(folder, 'usage.json');
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = spawn(
    process.execPath,
    [
      ...flags,
      '--import',
      join(import.meta.dirname, 'report-usage.js'),
      join(root, 'input', 'cli', 'm365.js'),
      'run',
      '--policy',
      policy,
      '--once',
    ],
    { cwd: root, env: { ...process.env, M365_BENCH_USAGE: usageFile }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, printed, ...(JSON.parse(await readFile(usageFile, 'utf8')) as Usage) };
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
  const place = await makeWorkplace({ streams: [emulator.stream] });
  try {
    const now = Math.trunc(Date.now() / 1000);
    const known = { count: Number(values.known), fromSeconds: now - 8 * 86_400, toSeconds: now - 86_400 };
    await fillLedger({ folder: place.state, ...known });
    const used = await measureRun(place.policy, place.folder, values.profile);
    const seconds = used.userSeconds + used.systemSeconds;
    const difference = compare(await emulator.distinctIds(), await readDelivered(place.output));
    console.log(
      `exit code ${used.code}; missing ${difference.missing.length}, doubled ${difference.doubled.length}`,
    );
    if (used.code !== 0) console.log(used.printed.slice(-2000));
    console.log(
      `${records} records in ${seconds.toFixed(2)} CPU s (user ${used.userSeconds.toFixed(2)}, system ${used.systemSeconds.toFixed(2)}): ${Math.round(records / seconds)} records per CPU-second; peak RSS ${used.peakRssMiB.toFixed(0)} MiB`,
    );
  } finally {
    await emulator.stop();
    if (values.keep) console.log(place.folder);
    else await rm(place.folder, { recursive: true, force: true });
  }
}
