// The source against an emulated tenant, with a clock of the test's, a ledger and an end after the test: what most of
// its tests begin with.

import { afterEach } from '@jest/globals';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../input/emulator/index.ts';
import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import { IdleClock } from '../../contract/idle-clock.ts';
import {
  type Bench,
  type Collected,
  collectAll,
  type Following,
  follow,
  openBench,
  sourceOptions,
} from './harness.ts';

/** Closed after each test, the last one first. */
export const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Options = Partial<ManagementActivityOptions>;

export interface EmulatedRun {
  readonly emulator: Emulator;
  readonly bench: Bench;
  readonly clock: IdleClock;
  /** For the emulator's tenant of that number. */
  optionsOf(over?: Options, tenant?: number): ManagementActivityOptions;
  /** Collects once. */
  collect(over?: Options): Promise<Collected>;
  /** Collects until it is stopped, at the latest after the test. */
  follow(over?: Options, tenant?: number): Following;
}

export async function startRun(over: EmulatorOptions = {}): Promise<EmulatedRun> {
  const clock = new IdleClock();
  const emulator = await startEmulator({ clock, ...over });
  closers.push(() => emulator.close());
  const bench = await openBench({ clock });
  closers.push(() => bench.close());
  const optionsOf: EmulatedRun['optionsOf'] = (options, index = 0) => {
    const tenant = emulator.tenants[index];
    if (tenant === undefined) throw new Error('no such tenant');
    return sourceOptions(emulator.url, tenant, options);
  };
  return {
    ...{ emulator, bench, clock, optionsOf },
    collect: (options) => collectAll(bench, optionsOf(options)),
    follow: (options, tenant) => {
      const following = follow(bench, optionsOf(options, tenant));
      closers.push(() => following.stop());
      return following;
    },
  };
}
