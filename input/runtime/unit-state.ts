// The state of a unit: what its settings came to, and what its output or its streams report.

import { describeError } from '../contract/errors.ts';
import { type Health, type Report, severity, type Telemetry } from '../contract/telemetry.ts';
import type { ReadUnit } from '../settings/units/unit.ts';
import { componentsOf } from './components-of.ts';
import type { RunningStream } from './running-stream.ts';

export interface UnitState {
  readonly id: string;
  readonly kind: ReadUnit['kind'];
  readonly health: Health;
  /** The problem and what to do about it; empty where there is nothing to say. */
  readonly message: string;
}

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
  return { id, kind, ...worstOf(reports) };
}

function worstOf(reports: readonly (Report | undefined)[]): Pick<UnitState, 'health' | 'message'> {
  let worst: Report = { health: 'healthy', message: '' };
  for (const report of reports)
    if (report && severity.indexOf(report.health) > severity.indexOf(worst.health)) worst = report;
  return { health: worst.health, message: worst.message };
}
