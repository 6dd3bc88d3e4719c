// The state of a unit: what its settings came to, and what its output or its streams report.

import { dataStreamOf } from '../../pipelines/dataset.ts';
import type { Component } from '../contract/component.ts';
import { describeError } from '../contract/errors.ts';
import { type Health, type Report, type Telemetry, worstReport } from '../contract/telemetry.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';
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
  /** Whatever belongs to the unit and has reported; empty where its settings cannot be read. */
  readonly parts: readonly UnitPart[];
}

export interface UnitPart {
  /** The stream that it belongs to; undefined for a part of an output. */
  readonly stream?: string;
  readonly component: Component;
  readonly report: Report;
}

const nothingToSay: Report = { health: 'healthy', message: '' };
const notAskedYet: Report = { health: 'starting', message: 'not asked yet' };

type Reports = Pick<Telemetry, 'reportOf'>;

/** `streams`: all that there are, of which an output has its data streams. */
export function stateOf(
  unit: ReadUnit,
  streams: readonly StreamPolicy[],
  running: ReadonlyMap<string, RunningStream>,
  telemetry: Reports,
): UnitState {
  const { id, kind, error, output } = unit;
  if (error) return { id, kind, health: 'failed', message: describeError(error), parts: [] };
  const parts = output
    ? partsOfOutput(output.name, streams, telemetry)
    : unit.streams.flatMap((policy) => partsOfStream(policy, running, telemetry));
  const outdated = unit.outdated.map(
    (each): UnitPart => ({
      component: { kind: 'input', name: each.input },
      report: { health: 'degraded', message: describeOutdated(each), code: 'package-too-old' },
    }),
  );
  const all = [...outdated, ...parts];
  const reports = all.map(({ report }) => report);
  const { health, message } = worstReport([nothingToSay, ...reports]) ?? nothingToSay;
  return { id, kind, health, message, parts: all };
}

function partsOfOutput(
  name: string,
  streams: readonly StreamPolicy[],
  telemetry: Reports,
): readonly UnitPart[] {
  const own = streams.filter(({ output }) => output.name === name);
  const dataStreams = new Set(own.map(({ mapping }) => dataStreamOf(mapping)));
  const components: readonly Component[] = [
    { kind: 'output', name },
    ...[...dataStreams].map((each) => ({ kind: 'data_stream', name: each }) as const),
  ];
  return reported(components, telemetry);
}

/** A stream of which nothing was heard yet is about to begin. */
function partsOfStream(
  policy: StreamPolicy,
  running: ReadonlyMap<string, RunningStream>,
  telemetry: Reports,
): readonly UnitPart[] {
  const { id, source } = policy;
  const tenants = new Set([source.tenantId, running.get(id)?.tenantId]);
  const heard = [...tenants].flatMap((tenant) => reported(componentsOf(policy, tenant), telemetry));
  const [component] = componentsOf(policy);
  const parts = heard.length > 0 || !component ? heard : [{ component, report: notAskedYet }];
  return parts.map((part) => ({ ...part, stream: id }));
}

function reported(components: readonly Component[], telemetry: Reports): readonly UnitPart[] {
  return components.flatMap((component) => {
    const report = telemetry.reportOf?.(component);
    return report ? [{ component, report }] : [];
  });
}
