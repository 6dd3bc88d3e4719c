// A package that is older than what the program writes makes its input degraded, and nothing else: it collects.

import { afterEach, expect, test } from '@jest/globals';
import { startEmulator } from '../../input/emulator/index.ts';
import { IdleClock } from '../contract/idle-clock.ts';
import { streamFor } from '../end-to-end/harness.ts';
import { temporaryFolder } from '../state/state-folder.ts';
import { fileUnit, inputUnit, openProcess } from './process-harness.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const madeBy = (version: string) => ({ meta: { package: { name: 'm365', version } } });

test('an input of an old package is degraded until it is upgraded, and collects all the same', async () => {
  const clock = new IdleClock();
  const emulator = await startEmulator({ clock, tenants: [{ content: { records: 20, ratePerMinute: 0 } }] });
  closers.push(() => emulator.close());
  const folder = temporaryFolder();
  closers.push(() => folder[Symbol.dispose]());
  const { apply, collector, delivered, log, telemetry, opened } = await openProcess({
    folder: folder.path,
    clock,
    random: () => 0.5,
  });
  closers.push(() => clock.during(collector.close()));
  const output = fileUnit('files', `${folder.path}/out`);
  const applyOf = (version: string) => {
    const streams = [{ id: 's0', ...streamFor(emulator, 0) }];
    return apply([output, inputUnit('first', 'files', streams, madeBy(version))]);
  };
  const shown = () => telemetry.board.snapshot().components.find(({ kind }) => kind === 'input');
  await applyOf('0.0.1');
  await clock.until(async () => (await delivered('out')).length >= 20);
  const state = () => collector.unitStates().find(({ id }) => id === 'first');
  expect(state()).toMatchObject({
    health: 'degraded',
    message: expect.stringMatching(/0\.0\.1.*m365 install/),
  });
  expect(shown()).toMatchObject({ name: 'first', health: 'degraded', code: 'package-too-old' });
  await applyOf('0.0.1');
  expect(log.lines.filter((line) => line.includes('of the package m365 0.0.1'))).toHaveLength(1);

  await applyOf('99.0.0');
  await clock.until(() => state()?.health === 'healthy');
  expect(shown()).toMatchObject({ name: 'first', health: 'healthy' });
  expect(log.lines.filter((line) => line.includes('m365 99.0.0'))).toHaveLength(1);
  // The stream itself is as it was.
  expect(opened('s0')).toBe(1);
});
