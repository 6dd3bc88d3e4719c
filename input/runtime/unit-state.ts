// The state of a unit: what its settings came to, and what its output or its streams report.

import { describeError } from '../contract/errors.ts';
import { type Health, type Report, type Telemetry, worstReport } from '../contract/telemetry.ts';
import type { ReadUnit } from '../settings/units/unit.ts';
import { componentsOf } from './components-of.ts';
import { describeOutdated } from './outdated-inputs.ts';
import type { RunningStream } from './running-stream.ts';

export interface UnitState {
  readonly id: string;
  readonly kind: ReadUnit['kind'];
  readonly health: Health;
  /** The problem and what to do about it; empty where there is nothing to say. */
  readonly message: string;
}

const nothingToSay: Report = { health: 'healthy', message: '' };

export function stateOf(
  unit: ReadUnit,
  running: ReadonlyMap<string, RunningStream>,
  telemetry: Pick<Telemetry, 'reportOf'>,
): UnitState {
  const { id, kind, error } = unit;
  if (error) return { id, kind, health: 'failed', message: describeError(error) };
  const reports = unit.output
    ? [telemetry.reportOf?.({ kind: 'output', name: unit.output.name })]
    : unit.streams.flatMap((policy) => {
        const tenants = new Set([policy.source.tenantId, running.get(policy.id)?.tenantId]);
        return [...tenants].flatMap((tenant) =>
          componentsOf(policy, tenant).map((component) => telemetry.reportOf?.(component)),
        );
      });
  const outdated = unit.outdated.map(
    (each): Report => ({ health: 'degraded', message: describeOutdated(each) }),
  );
  const told = [...outdated, ...reports].filter((report) => report !== undefined);
  const { health, message } = worstReport([nothingToSay, ...told]) ?? nothingToSay;
  return { id, kind, health, message };
}
