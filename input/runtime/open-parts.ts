// What every delivery needs, put together in one place for the collector and for a replay: dead letters, outputs, the
// mapper, what streams share, and what a source is given.

import { openMappers } from '../../pipelines/index.ts';
import { byteBudget } from '../concurrency/byte-budget.ts';
import { documentBuffers } from '../concurrency/document-buffers.ts';
import { IdClaims } from '../concurrency/id-claims.ts';
import { PrioritySemaphore } from '../concurrency/priority-semaphore.ts';
import type { Clock } from '../contract/clock.ts';
import type { DeadLetters } from '../contract/dead-letters.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output } from '../contract/output.ts';
import type { Source } from '../contract/source.ts';
import type { DeliveryLedger, State } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { Connections } from '../http/connections.ts';
import { createOutput } from '../outputs/create-output.ts';
import { type OpenedOutputs, openOutputs } from '../outputs/open-outputs.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import type { Policy, StreamPolicy } from '../settings/policy/policy.ts';
import type { OpeningEnvironment } from '../sources/source-kind.ts';
import { TenantAccess } from '../sources/tenant-access.ts';
import { openDeadLetters } from '../state/dead-letters/dead-letters.ts';
import { traceOutput } from '../telemetry/traces.ts';
import { type CollectorSignals, collect, slotsOf } from './collector.ts';

export interface DeliveryOptions {
  readonly policy: Policy;
  readonly signals: CollectorSignals;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called when the reader of the console output has gone. */
  readonly onReaderGone?: () => void;
}

export interface OpenParts extends OpenedOutputs {
  readonly state: State;
  readonly deadLetters: DeadLetters;
}

/** Whatever is opened is closed by `closing`, in the opposite order. Opens the outputs named, or all of the policy. */
export async function openParts(
  options: DeliveryOptions,
  state: State,
  closing: AsyncDisposableStack,
  wanted: readonly OutputPolicy[] = options.policy.outputs,
): Promise<OpenParts> {
  const { policy, clock, log, signals } = options;
  const giveUp = signals.abandon;
  const deadLetters = await openDeadLetters({ folder: policy.process.stateFolder, clock, log, giveUp });
  closing.defer(() => deadLetters.close());
  const mayWait = !policy.once;
  const create = (each: OutputPolicy) =>
    traceOutput(createOutput(each, { ...options, ledger: state.delivery, mayWait }));
  const opened = await openOutputs(wanted, { ...options, create, mayWait }, signals.stop);
  closing.defer(async () => {
    for (const [each, output] of opened.outputs) if (!opened.failures.has(each)) await output.close();
  });
  return { ...opened, state, deadLetters };
}

export type Shared = ReturnType<typeof shareAmongStreams>;

export function shareAmongStreams(
  { policy, telemetry, log, clock, random }: DeliveryOptions,
  parts: OpenParts,
) {
  const { state, outputs, failures, deadLetters } = parts;
  const budget = byteBudget(policy.process.memoryBytes);
  telemetry.watchInFlight?.(() => budget.held);
  return {
    outputs,
    failures,
    budget,
    slots: new Map([...outputs.values()].map((output) => [output, slotsOf(output)])),
    /** For sources, beside what each stream has for itself. */
    asking: {
      random,
      once: policy.once,
      checkpoints: state.checkpoints,
      work: state.work,
      lease: state.lease,
      uncleanStart: state.delivery.uncleanStart,
      shared: {
        connections: new Connections(),
        turns: new PrioritySemaphore({ clock }),
        tenants: new TenantAccess(),
      },
    },
    mapperOf: openMappers(),
    collector: {
      ledger: state.delivery,
      claims: new IdClaims(),
      deadLetters,
      openBuffer: documentBuffers(2 * policy.process.memoryBytes),
      telemetry,
      log,
      clock,
    },
  };
}

/** The output of a stream. Throws where it can never be written to. */
export function outputOf({ output: policy, where }: StreamPolicy, { outputs, failures }: Shared): Output {
  if (failures.has(policy)) throw failures.get(policy);
  const output = outputs.get(policy);
  if (!output) throw new Error(`no output was opened for the stream at ${where}`);
  return output;
}

export interface Delivering {
  /** In place of the ledger, where what was delivered is to be delivered again. */
  readonly memory?: DeliveryLedger;
  /** Called with the tenant's GUID once it is known; may throw an OperatorError. */
  readonly claimTenant?: (tenantId: string) => void;
}

/** Delivers everything that the source yields to the output of the stream. */
export async function deliverStream(
  stream: StreamPolicy,
  shared: Shared,
  signals: CollectorSignals,
  open: (environment: OpeningEnvironment) => Source,
  { memory, claimTenant }: Delivering = {},
): Promise<void> {
  const { collector, asking, slots } = shared;
  const output = outputOf(stream, shared);
  const budget = shared.budget.share(output);
  try {
    const source = open({ ...collector, ...asking, budget, ...(claimTenant && { claimTenant }) });
    const { mapping } = stream;
    const mapper = shared.mapperOf(mapping.dataset);
    const delivery = { ...collector, mapper, ...(memory && { ledger: memory }) };
    const free = slots.get(output) ?? slotsOf(output);
    await collect({ ...delivery, source, output, slots: free, mapping }, signals);
  } finally {
    // Of batches that were never settled.
    budget.release(budget.held);
  }
}
