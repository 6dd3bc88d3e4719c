// A package that is older than what the program writes makes its input degraded, and nothing else: it collects.

import { afterEach, expect, test } from '@jest/globals';
import { systemClock } from '../../input/contract/clock.ts';
import { startEmulator } from '../../input/emulator/index.ts';
import { streamFor, until } from '../end-to-end/harness.ts';
import { temporaryFolder } from '../state/state-folder.ts';
import { fileUnit, inputUnit, openProcess } from './process-harness.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const madeBy = (version: string) => ({ meta: { package: { name: 'm365', version } } });

test('an input of an old package is degraded until it is upgraded, and collects all the same', async () => {
  const emulator = await startEmulator({ tenants: [{ content: { records: 20, ratePerMinute: 0 } }] });
  closers.push(() => emulator.close());
  const folder = temporaryFolder();
  closers.push(() => folder[Symbol.dispose]());
  const { collector, delivered, log, telemetry, opened } = await openProcess({
    folder: folder.path,
    clock: systemClock,
    random: () => 0.5,
  });
  closers.push(() => collector.close());
  const output = fileUnit('files', `${folder.path}/out`);
  const apply = (version: string) => {
    const streams = [{ id: 's0', ...streamFor(emulator, 0) }];
    return collector.applyUnits([output, inputUnit('first', 'files', streams, madeBy(version))]);
  };
  const shown = () => telemetry.board.snapshot().components.find(({ kind }) => kind === 'input');
  await apply('0.0.1');
  await until(async () => (await delivered('out')).length >= 20);
  const state = () => collector.unitStates().find(({ id }) => id === 'first');
  expect(state()).toMatchObject({
    health: 'degraded',
    message: expect.stringMatching(/0\.0\.1.*m365 install/),
  });
  expect(shown()).toMatchObject({ name: 'first', health: 'degraded', code: 'package-too-old' });
  await apply('0.0.1');
  expect(log.lines.filter((line) => line.includes('of the package m365 0.0.1'))).toHaveLength(1);

  await apply('99.0.0');
  await until(() => state()?.health === 'healthy');
  expect(shown()).toMatchObject({ name: 'first', health: 'healthy' });
  expect(log.lines.filter((line) => line.includes('m365 99.0.0'))).toHaveLength(1);
  // The stream itself is as it was.
  expect(opened('s0')).toBe(1);
});
