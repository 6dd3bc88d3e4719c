// The state of every unit as it goes to the agent: one that is missing in a check-in would count as failed.

import type { UnitState } from '../../runtime/unit-state.ts';
import type { ObservedUnit } from '../protocol/messages.ts';
import type { AgentUnit } from './agent-units.ts';
import { type ToldState, tellState } from './unit-phase.ts';

/** How the process as a whole is doing. */
export interface ProcessPhase {
  /** `stopping` and `stopped` concern all units, whatever they are doing. */
  readonly phase: 'running' | 'stopping' | 'stopped';
  /** What keeps it from running anything at all. */
  readonly trouble: ToldState | undefined;
  readonly states: readonly UnitState[];
  /** What is to come and concerns no unit of its own; it is told where an output has nothing else to say. */
  readonly notice?: string | undefined;
}

export function observeUnits(units: readonly AgentUnit[], process: ProcessPhase): readonly ObservedUnit[] {
  return units.map((unit) => {
    const { expected, appliedIndex } = unit;
    const { id, kind } = expected;
    return { id, kind, configIndex: appliedIndex, ...tellUnit(unit, process) };
  });
}

function tellUnit(
  { expected, config, appliedIndex, isStopped }: AgentUnit,
  process: ProcessPhase,
): ToldState {
  const { phase, trouble, states } = process;
  if (phase === 'stopped' || isStopped)
    return { phase: 'STOPPED', message: 'Stopped; nothing is in flight.' };
  if (phase === 'stopping' || !expected.isWanted)
    return { phase: 'STOPPING', message: 'Stopping; what is in flight is delivered first.' };
  if (!config) return { phase: 'STARTING', message: 'Waiting for its settings.' };
  if (trouble) return trouble;
  const state = states.find(({ id, kind }) => id === expected.id && kind === expected.kind);
  if (appliedIndex === '0') return { phase: 'STARTING', message: 'Being started with its settings.' };
  if (appliedIndex !== expected.configIndex || !state)
    return { phase: 'CONFIGURING', message: 'New settings are being applied; collecting goes on.' };
  const told = tellState(state);
  const { notice } = process;
  return expected.kind === 'output' && told.phase === 'HEALTHY' && notice !== undefined
    ? { ...told, message: notice }
    : told;
}
