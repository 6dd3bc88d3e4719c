// A policy that changes while the collector runs under an agent.

import { expect, test } from '@jest/globals';
import type { Emulator } from '../../input/emulator/index.ts';
import { nothingAmiss, until } from '../end-to-end/harness.ts';
import { openPlace, outputId } from './harness.ts';

const publish = (emulator: Emulator, index: number) =>
  emulator.publish({
    tenant: emulator.tenants[index]?.tenantId ?? '',
    contentType: 'Audit.General',
    generate: 10,
  });

/** How often each tenant was asked for a token: once for each time that its stream began. */
const tokensOf = ({ requests, tenants }: Emulator, index: number) =>
  [...requests.entries()].filter(
    ({ operation, tenant }) => operation === 'token' && tenant === tenants[index]?.tenantId,
  ).length;

test('a new stream begins, one that leaves ends, another output takes over, and nothing else is touched', async () => {
  await using place = await openPlace({ tenants: 3 });
  const { agent, emulator, output, input, difference, path } = place;
  const { control } = agent;
  const healthy = (id: string, index: string) => () => {
    const state = control.stateOf(id);
    return state?.phase === 'HEALTHY' && state.index === index;
  };
  const first = input('first', [0]);
  control.setUnits([output, first]);
  agent.start();
  await control.until(healthy(first.id, '1'));

  const second = input('second', [1, 2]);
  control.setUnits([output, first, second]);
  await control.until(healthy(second.id, '1'));
  await until(async () => (await difference()).missing.length === 0);

  control.setUnits([output, first, input('second', [1])]);
  await control.until(healthy(second.id, '2'));
  expect([0, 1, 2].map((index) => tokensOf(emulator, index))).toEqual([1, 1, 1]);

  control.setUnits([
    { id: outputId, kind: 'output', source: { type: 'file', path: path('new') } },
    first,
    input('second', [1]),
  ]);
  await control.until(healthy(outputId, '2'));
  publish(emulator, 0);
  publish(emulator, 1);
  await until(async () => (await difference('out', 'new')).missing.length === 0);
  expect(await difference('out', 'new')).toEqual(nothingAmiss);
  expect((await difference('new')).missing).not.toEqual([]);
  expect(agent.ends).toEqual([]);
  expect(await agent.stop()).toEqual({ code: 0, signal: null });
});

test('an input that leaves while others stay is stopped, then gone, and begins anew when it comes back', async () => {
  await using place = await openPlace({ tenants: 2 });
  const { agent, emulator, output, input, difference } = place;
  const { control } = agent;
  const [first, second] = [input('first', [0]), input('second', [1])];
  control.setUnits([output, first, second]);
  agent.start();
  await control.until(() => control.stateOf(second.id)?.phase === 'HEALTHY');
  control.setUnits([output, first]);
  const phases = () =>
    control.received.flatMap((message) => {
      const units: unknown = Reflect.get(message, 'units');
      const found = Array.isArray(units) ? units.find((unit) => unit.id === second.id) : undefined;
      return found ? [found.state] : [];
    });
  await control.until(() => control.stateOf(second.id) === undefined);
  expect(phases().at(-1)).toBe('STOPPED');
  control.setUnits([output, first, second]);
  await control.until(() => control.stateOf(second.id)?.phase === 'HEALTHY');
  publish(emulator, 1);
  await until(async () => (await difference()).missing.length === 0);
  expect(await difference()).toEqual(nothingAmiss);
  expect(tokensOf(emulator, 0)).toBe(1);
});

test('the log level of a unit counts from when it comes, without new settings', async () => {
  await using place = await openPlace();
  const { agent, output, input } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'HEALTHY');
  const levels = () => new Set(agent.lines.map((line) => line['log.level']));
  expect(levels()).not.toContain('debug');
  agent.control.setUnits([output, { ...first, logLevel: 'TRACE' }]);
  await until(() => levels().has('debug'));
  expect(agent.control.stateOf(first.id)?.index).toBe('1');
});

test('a state folder that cannot be written to has failed every unit, and says what to do', async () => {
  await using place = await openPlace({ environment: { M365_STATE_PATH: '/dev/null/m365' } });
  const { agent, output, input } = place;
  const first = input('first', [0]);
  agent.control.setUnits([output, first]);
  agent.start();
  await agent.control.until(() => agent.control.stateOf(first.id)?.phase === 'FAILED');
  expect(agent.control.stateOf(first.id)?.message).toContain('/dev/null/m365/m365-default');
  expect(agent.control.stateOf(first.id)?.message).toContain('M365_STATE_PATH');
});
