// What the agent is told of a unit: its phase, a sentence for whoever looks after it, and the state of each of its feeds.
// A unit has failed only where a person has to act: an upgrade of the agent is rolled back when one has.

import { type Component, isFeed } from '../../contract/component.ts';
import { type Report, severity } from '../../contract/telemetry.ts';
import type { UnitPart, UnitState } from '../../runtime/unit-state.ts';
import type { UnitPhase } from '../protocol/messages.ts';

export interface ToldState {
  readonly phase: UnitPhase;
  readonly message: string;
  readonly payload?: object;
}

/** From the best to the worst. */
const phases: readonly UnitPhase[] = ['STOPPED', 'HEALTHY', 'STARTING', 'DEGRADED', 'FAILED'];

function phaseOf({ health, needsOperator }: Report): UnitPhase {
  switch (health) {
    case 'stopped':
      return 'STOPPED';
    case 'starting':
      return 'STARTING';
    case 'degraded':
      return needsOperator === true ? 'FAILED' : 'DEGRADED';
    case 'failed':
      return needsOperator === false ? 'DEGRADED' : 'FAILED';
    default:
      return 'HEALTHY';
  }
}

/** The state of a unit whose settings run, or were found wrong. */
export function tellState({ kind, health, message, parts }: UnitState): ToldState {
  if (parts.length === 0)
    return health === 'failed'
      ? { phase: 'FAILED', message }
      : { phase: 'HEALTHY', message: wellOf(kind, 0) };
  const worst = Math.max(...parts.map(({ report }) => phases.indexOf(phaseOf(report))));
  // One that was stopped on purpose is no trouble of the unit's.
  const phase = phases[Math.max(worst, phases.indexOf('HEALTHY'))] ?? 'HEALTHY';
  return {
    phase,
    message: describe(phase, kind, parts),
    ...(kind === 'input' && { payload: payloadOf(parts) }),
  };
}

function describe(phase: UnitPhase, kind: UnitState['kind'], parts: readonly UnitPart[]): string {
  const tenants = new Set(parts.flatMap(({ component }) => tenantOf(component) ?? []));
  const concerned = parts.filter(
    ({ report }) => phaseOf(report) === phase && (phase !== 'HEALTHY' || report.health === 'waiting'),
  );
  const [first, ...others] = concerned.toSorted(byHealth);
  if (!first) return wellOf(kind, parts.filter(({ component }) => isFeed(component)).length);
  const more = others.length > 0 ? ` (${others.length} more like it)` : '';
  return `${nameOf(first.component, tenants.size > 1)}: ${first.report.message}${more}`;
}

function wellOf(kind: UnitState['kind'], feeds: number): string {
  if (kind === 'output') return 'Documents are delivered.';
  return feeds > 0 ? `Collecting ${feeds} ${feeds === 1 ? 'feed' : 'feeds'}.` : 'Nothing is to be collected.';
}

function byHealth(one: UnitPart, other: UnitPart): number {
  return severity.indexOf(other.report.health) - severity.indexOf(one.report.health);
}

function tenantOf(component: Component): string | undefined {
  return 'tenant' in component ? component.tenant : undefined;
}

function nameOf(component: Component, withTenant: boolean): string {
  if (isFeed(component)) return withTenant ? `${component.name} of ${component.tenant}` : component.name;
  switch (component.kind) {
    case 'stream':
      return `The tenant ${component.tenant}`;
    case 'ledger':
      return 'The ledger';
    case 'output':
      return 'The output';
    default:
      return component.name;
  }
}

/** `streams` is what Kibana shows of an input; `feeds` says more. */
function payloadOf(parts: readonly UnitPart[]): object {
  const ofStreams = parts.filter(({ stream }) => stream !== undefined);
  const byStream = Map.groupBy(ofStreams, ({ stream }) => stream ?? '');
  const streams = [...byStream].map(([id, own]) => {
    const worst = own.toSorted((one, other) => rankOf(other) - rankOf(one))[0];
    const phase = worst ? phaseOf(worst.report) : 'STARTING';
    const isBad = phase === 'DEGRADED' || phase === 'FAILED';
    return [
      id,
      { status: phase === 'STOPPED' ? 'HEALTHY' : phase, error: isBad ? worst?.report.message : '' },
    ];
  });
  const feeds = parts.flatMap(({ stream, component, report }) =>
    isFeed(component)
      ? [
          {
            stream,
            tenant: component.tenant,
            source: component.source,
            feed: component.name,
            status: phaseOf(report),
            message: report.message,
            code: report.code,
          },
        ]
      : [],
  );
  return { streams: Object.fromEntries(streams), feeds };
}

function rankOf({ report }: UnitPart): number {
  return phases.indexOf(phaseOf(report));
}
