// Measures how long the collector holds its event loop while it works hard: a check-in with Elastic Agent has to wait for
// so long. The emulator is a process of its own. Arguments: `history` or `blob` for one of the cases alone.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EmulatorOptions } from '../../input/emulator/index.ts';
import { makeWorkplace } from '../end-to-end/harness.ts';
import { fillLedger } from '../state/fill-ledger.ts';
import { type EmulatorProcess, startEmulatorProcess } from './emulator-process.ts';
import { ask } from './server.ts';

interface Case {
  readonly about: string;
  readonly options: EmulatorOptions;
}

const tenants = (count: number, records: number) =>
  Array.from({ length: count }, () => ({
    content: { records, recordsPerBlob: 100, days: 1, ratePerMinute: 0 },
  }));

const cases: Record<string, Case> = {
  history: {
    about: '200,000 records of one tenant, into a ledger of two million Ids',
    options: { seed: 1, prepared: true, gzip: false, tenants: tenants(1, 200_000) },
  },
  tenants: {
    about: '50 tenants with 4,000 records each',
    options: { seed: 2, prepared: true, gzip: false, tenants: tenants(50, 4_000) },
  },
  blob: {
    about: 'one content blob of 100 MB',
    options: {
      seed: 3,
      tenants: [
        { content: { records: 70_000, recordsPerBlob: 70_000, days: 1, shares: { 'Audit.Exchange': 1 } } },
      ],
    },
  },
};

const knownIds = 2_000_000;
const root = join(import.meta.dirname, '..', '..');

export async function main(args: readonly string[]): Promise<void> {
  for (const name of args.length > 0 ? args : Object.keys(cases)) {
    const chosen = cases[name];
    if (!chosen) throw new RangeError(`there are: ${Object.keys(cases).join(', ')}`);
    await measure(chosen);
  }
}

async function measure({ about, options }: Case): Promise<void> {
  const emulator = await startEmulatorProcess({ ...options, startCooldown: 'off' });
  const workplace = await makeWorkplace({ streams: emulator.streams });
  try {
    const now = Math.trunc(Date.now() / 1000);
    const known = { fromSeconds: now - 8 * 86_400, toSeconds: now - 86_400 };
    await fillLedger({ folder: workplace.state, count: knownIds, ...known });
    const { p50, p99, p999, max, seconds, work } = await run(workplace.policy, workplace.folder, emulator);
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    console.log(
      `${about}: held ${ms(p50)} (p50), ${ms(p99)} (p99), ${ms(p999)} (p99.9), ${ms(max)} at most, in ${seconds.toFixed(0)} s; its own work in one turn: ${ms(work.p99)} (p99), ${ms(work.max)} at most`,
    );
  } finally {
    await emulator.stop();
    await rm(workplace.folder, { recursive: true, force: true });
  }
}

/** Loading the program is no part of the measure: the first check-in goes out before the collector is opened. */
async function run(policy: string, folder: string, emulator: EmulatorProcess) {
  const file = join(folder, 'delay.json');
  const reporter = join(import.meta.dirname, 'report-loop-delay.js');
  const program = join(root, 'input', 'cli', 'm365.js');
  const child = spawn(
    process.execPath,
    ['--import', reporter, program, 'run', '--once', '--policy', policy],
    {
      cwd: root,
      env: { ...process.env, M365_BENCH_USAGE: file, NODE_COMPILE_CACHE: join(folder, 'compile-cache') },
      stdio: 'ignore',
    },
  );
  const closed = once(child, 'close');
  await untilAsked(emulator);
  child.kill('SIGUSR2');
  const [code] = await closed;
  if (code !== 0) throw new Error(`the collector ended with ${code}`);
  return JSON.parse(await readFile(file, 'utf8'));
}

async function untilAsked({ url }: EmulatorProcess): Promise<void> {
  for (;;) {
    const { byOperation } = await ask(url, 'GET', '/emulator/requests');
    if ((byOperation.content ?? 0) > 0) return;
    await delay(10);
  }
}
