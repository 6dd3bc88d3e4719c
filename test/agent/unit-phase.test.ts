// What the agent is told of a unit, by what its parts report.

import { expect, test } from '@jest/globals';
import { AgentUnits } from '../../input/agent/units/agent-units.ts';
import { observeUnits } from '../../input/agent/units/observe-units.ts';
import { tellState } from '../../input/agent/units/unit-phase.ts';
import type { Report } from '../../input/contract/telemetry.ts';
import type { UnitPart, UnitState } from '../../input/runtime/unit-state.ts';

const feed = (name: string, report: Report, tenant = 't1'): UnitPart => ({
  stream: `s-${tenant}`,
  component: { tenant, source: 'management-activity', name },
  report,
});

const input = (...parts: UnitPart[]): UnitState => ({
  ...{ id: 'one', kind: 'input', health: 'healthy', message: '', parts },
});

const well: Report = { health: 'healthy', message: 'collecting' };

test.each([
  ['a permission that is missing', { health: 'failed', message: 'no', needsOperator: true }, 'FAILED'],
  ['a failure of which nobody knows', { health: 'failed', message: 'no' }, 'FAILED'],
  ['a host that cannot be reached', { health: 'failed', message: 'no', needsOperator: false }, 'DEGRADED'],
  ['throttling', { health: 'degraded', message: 'wait', code: 'AF429' }, 'DEGRADED'],
  ['a key that may not write', { health: 'degraded', message: 'no', needsOperator: true }, 'FAILED'],
  ['lateness', { health: 'degraded', message: 'is late', code: 'late', needsOperator: false }, 'DEGRADED'],
  ['silence', { health: 'degraded', message: 'no records', code: 'quiet' }, 'DEGRADED'],
  ['a feed that was not asked yet', { health: 'starting', message: 'not asked yet' }, 'STARTING'],
  ['a secret that ends soon', { health: 'waiting', message: 'ends' }, 'HEALTHY'],
  ['a feed that is optional and not permitted', { health: 'stopped', message: 'optional' }, 'HEALTHY'],
] satisfies [string, Report, string][])('%s', (_, report, phase) => {
  const told = tellState(input(feed('Audit.General', well), feed('Audit.Exchange', report)));
  expect(told.phase).toBe(phase);
  expect(told.message).toBe(
    report.health === 'stopped' ? 'Collecting 2 feeds.' : `Audit.Exchange: ${report.message}`,
  );
});

test('the worst part speaks, the others are counted, and tenants are named where there are several', () => {
  const refused: Report = { health: 'failed', message: 'refused', code: 'AF10001', needsOperator: true };
  const waits: Report = { health: 'degraded', message: 'waits' };
  const parts = [feed('A', waits), feed('B', refused, 't2'), feed('C', refused, 't2'), feed('D', well)];
  const told = tellState(input(...parts));
  expect([told.phase, told.message]).toEqual(['FAILED', 'B of t2: refused (1 more like it)']);
  expect(told.payload).toEqual({
    streams: {
      's-t1': { status: 'DEGRADED', error: 'waits' },
      's-t2': { status: 'FAILED', error: 'refused' },
    },
    feeds: parts.map(({ stream, component, report: { message, code } }, index) => ({
      ...{ stream, source: 'management-activity', message, code },
      ...{ tenant: Reflect.get(component, 'tenant'), feed: Reflect.get(component, 'name') },
      status: ['DEGRADED', 'FAILED', 'FAILED', 'HEALTHY'][index],
    })),
  });
});

test('settings that could not be read have failed, and a unit without parts has nothing to do', () => {
  expect(tellState({ ...input(), health: 'failed', message: 'line 3' })).toEqual({
    ...{ phase: 'FAILED', message: 'line 3' },
  });
  expect(tellState(input()).message).toBe('Nothing is to be collected.');
  expect(tellState({ ...input(), kind: 'output' })).toEqual({
    ...{ phase: 'HEALTHY', message: 'Documents are delivered.' },
  });
});

test('units say that they are stopping until the process has settled what is in flight, then that they have', () => {
  const units = new AgentUnits();
  const config = { name: 'one', source: {} };
  const one = {
    id: 'one',
    kind: 'input',
    isWanted: true,
    configIndex: '1',
    config,
    logLevel: 'INFO',
  } as const;
  units.accept({
    units: [one],
    agent: undefined,
    featuresIndex: '0',
    componentIndex: '0',
    piecesOf: undefined,
  });
  const phaseIn = (phase: 'stopping' | 'stopped') =>
    observeUnits(units.units, { phase, trouble: undefined, states: [] }).map((each) => each.phase);
  expect([phaseIn('stopping'), phaseIn('stopped')]).toEqual([['STOPPING'], ['STOPPED']]);
});
