// Measures the built executable as Elastic Agent runs it: the time until its first check-in, and its memory at rest and
// under load with what the control protocol adds.

import { join } from 'node:path';
import type { EmulatorOptions } from '../../input/emulator/index.ts';
import { AgentDouble } from '../agent/agent-double.ts';
import type { UnitSettings } from '../agent/expected-units.ts';
import { startEmulatorProcess } from './emulator-process.ts';

/** In seconds, from the start of the process. */
export async function timeFirstCheckin(executable: string): Promise<number> {
  await using agent = await AgentDouble.open({ command: [executable, 'agent'] });
  const began = performance.now();
  agent.start();
  await agent.control.until(() => agent.control.received.length > 0);
  const seconds = (performance.now() - began) / 1000;
  await agent.stop();
  return seconds;
}

export interface AgentRun {
  readonly pid: number | undefined;
  /** The state folder. */
  readonly state: string;
}

/** Runs a collector under an agent and beside an emulator until it is measured; to files without an output. */
export async function collectUnderAgent(
  executable: string,
  world: EmulatorOptions,
  output: Readonly<Record<string, unknown>> | undefined,
  measure: (run: AgentRun) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulatorProcess(world);
  await using agent = await AgentDouble.open({ command: [executable, 'agent'] });
  const id = 'm365-default';
  const source = output ?? { type: 'file', path: join(agent.top, 'out') };
  const input: UnitSettings = {
    id: `${id}-bench`,
    kind: 'input',
    source: {
      id: 'bench',
      type: 'm365',
      data_stream: { namespace: 'demo' },
      streams: [{ id: 'bench-0', ...emulator.stream }],
    },
  };
  agent.control.setUnits([{ id, kind: 'output', source }, input]);
  agent.start();
  try {
    await agent.control.until(() => agent.control.stateOf(input.id)?.index === '1');
    await measure({ pid: agent.pid, state: join(agent.top, 'm365', id) });
    await agent.stop();
  } finally {
    await emulator.stop();
  }
}
