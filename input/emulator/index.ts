// Starts an emulator of Microsoft's services: a real server on the loopback address, with a token endpoint, the APIs of
// the registry, invented tenants and their content, faults, and the truth about all of it.

import { apis } from './apis/index.ts';
import { type Emulator, type EmulatorOptions, type Fault, TypedEmulator } from './emulator.ts';
import { createFaultPlanReader, type FaultPlanReader } from './faults/read.ts';
import { startServers } from './server/start.ts';
import { login } from './tokens/login.ts';

export { graphLogNames } from './apis/graph/records/index.ts';
export { type ContentType, contentTypes } from './apis/management-activity/content/content-type.ts';
export { type ContentOptions, type ServiceHabits, usualHabits } from './apis/management-activity/options.ts';
export type { PublishRequest } from './apis/management-activity/publish.ts';
export type {
  Emulator,
  EmulatorOptions,
  Fault,
  FaultEntry,
  TenantOptions,
  TenantSettings,
} from './emulator.ts';
export { hostileKinds } from './faults/hostile.ts';
export type { FaultMatch } from './faults/plan.ts';

/** Reads a fault plan for the APIs of the registry. Throws an OperatorError that says where the plan is wrong. */
export const readFaultPlan: FaultPlanReader<Fault> = createFaultPlanReader<Fault>([login, ...apis]);

/** Resolves when the emulator listens. Throws an OperatorError when the options cannot be or the port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { parts, answerWith } = await startServers(options, [...apis, ...(options.apis ?? [])]);
  const emulator = new TypedEmulator(parts);
  emulator.setFaults(options.faults ?? []);
  answerWith((...request) => emulator.handle(...request));
  return emulator;
}
