// Measures peak memory where it would grow if anything were held: one content blob of 500 MB, and a backlog of a
// million records. Arguments: `blob` or `backlog` for one of them alone.

import { rm } from 'node:fs/promises';
import type { EmulatorOptions } from '../../input/emulator/index.ts';
import { makeWorkplace } from '../end-to-end/harness.ts';
import { measureRun } from './collect.ts';
import { startEmulatorProcess } from './emulator-process.ts';

const cases: Record<string, { about: string; options: EmulatorOptions }> = {
  blob: {
    about: 'one content blob of 500 MB',
    options: {
      seed: 2,
      tenants: [
        { content: { records: 350_000, recordsPerBlob: 350_000, days: 1, shares: { 'Audit.Exchange': 1 } } },
      ],
    },
  },
  backlog: {
    about: 'a backlog of 1,000,000 records',
    options: { seed: 3, tenants: [{ content: { records: 1_000_000, recordsPerBlob: 250, days: 6 } }] },
  },
};

export async function main(args: readonly string[]): Promise<void> {
  for (const name of args.length > 0 ? args : Object.keys(cases)) {
    const chosen = cases[name];
    if (!chosen) throw new RangeError(`there are: ${Object.keys(cases).join(', ')}`);
    await measure(chosen);
  }
}

async function measure({ about, options }: { about: string; options: EmulatorOptions }): Promise<void> {
  const emulator = await startEmulatorProcess(options);
  const workplace = await makeWorkplace({ streams: [emulator.stream] });
  try {
    const used = await measureRun(workplace.policy, workplace.folder);
    const seconds = (used.userSeconds + used.systemSeconds).toFixed(1);
    console.log(
      `${about}: exit code ${used.code}, peak RSS ${used.peakRssMiB.toFixed(0)} MiB, ${seconds} CPU s`,
    );
    if (used.code !== 0) console.log(used.printed.slice(-2000));
  } finally {
    await emulator.stop();
    await rm(workplace.folder, { recursive: true, force: true });
  }
}
