// Opens the parts that every delivery needs, in one place for the collector and for a replay: dead letters, outputs,
// the mapper, what streams share, and what a source is given.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openMappers } from '../../pipelines/index.ts';
import { byteBudget } from '../concurrency/byte-budget.ts';
import { documentBuffers } from '../concurrency/document-buffers.ts';
import { IdClaims } from '../concurrency/id-claims.ts';
import { PacedWork } from '../concurrency/paced-work.ts';
import { PrioritySemaphore } from '../concurrency/priority-semaphore.ts';
import { sizedBuffers } from '../concurrency/sized-buffers.ts';
import type { Clock } from '../contract/clock.ts';
import type { Logger } from '../contract/logger.ts';
import type { Source } from '../contract/source.ts';
import type { DeliveryLedger, State } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { agentFields, type ElasticAgent } from '../documents/agent-fields.ts';
import { Connections } from '../http/connections.ts';
import { createOutput } from '../outputs/create-output.ts';
import type { ProcessOptions, StreamPolicy } from '../settings/policy/policy.ts';
import type { OpeningEnvironment } from '../sources/source-kind.ts';
import { TenantAccess } from '../sources/tenant-access.ts';
import { openDeadLetters } from '../state/dead-letters/dead-letters.ts';
import { traceOutput } from '../telemetry/traces.ts';
import { type CollectorSignals, collect } from './collector.ts';
import { type HeldOutput, HeldOutputs } from './held-outputs.ts';

export interface OpeningOptions {
  readonly process: Pick<ProcessOptions, 'stateFolder' | 'memoryBytes'>;
  /** The version of this program. */
  readonly version: string;
  /** The Elastic Agent that runs this process, where one does. */
  readonly elasticAgent?: ElasticAgent | undefined;
  /** True where the streams collect what is there and end: then no output is waited for. */
  readonly once: boolean;
  /** True where it is an error that none of the outputs can be opened before somebody acts. */
  readonly needsOutput: boolean;
  /** True in a replay: what is delivered may be there, and may be looked for with the key for reading. */
  readonly looksWithReadingKey?: boolean;
  readonly signals: CollectorSignals;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** It is called when nobody reads the console output any more. */
  readonly onReaderGone?: () => void;
}

export interface OpenParts {
  readonly state: State;
  /** None of them is open yet. */
  readonly outputs: HeldOutputs;
  readonly shared: SharedByStreams;
}

/** Whatever is opened is closed by `closing`, in the opposite order. */
export async function openParts(
  options: OpeningOptions,
  state: State,
  closing: AsyncDisposableStack,
): Promise<OpenParts> {
  const { process, clock, log, signals, once, needsOutput } = options;
  const giveUp = signals.abandon;
  const deadLetters = await openDeadLetters({ folder: process.stateFolder, clock, log, giveUp });
  closing.defer(() => deadLetters.close());
  const mayWait = !once;
  const rememberedSince = (now: number) => state.rememberedSince(now);
  const parts = { ...options, ledger: state.delivery, rememberedSince };
  const outputs = new HeldOutputs({
    ...options,
    mayWait,
    needsOne: needsOutput,
    create: (each) => traceOutput(createOutput(each, { ...parts, mayWait })),
  });
  closing.defer(() => outputs.close());
  return { state, outputs, shared: shareAmongStreams(options, state, deadLetters) };
}

/** A batch that waits holds about this much beside its records: the attempt at its content, and the calls that wait for it. */
const batchOverheadBytes = 12 * 1024;

export type SharedByStreams = ReturnType<typeof shareAmongStreams>;

function shareAmongStreams(
  { process, telemetry, log, clock, random, once, version, elasticAgent }: OpeningOptions,
  state: State,
  deadLetters: Awaited<ReturnType<typeof openDeadLetters>>,
) {
  const budget = byteBudget(process.memoryBytes, batchOverheadBytes);
  telemetry.watchInFlight?.(() => budget.held);
  const { id } = state.delivery.identity;
  const collector = { id, version, name: hostname(), ephemeralId: randomUUID() };
  return {
    budget,
    /** The parts that sources ask with, beside what each stream has for itself. */
    asking: {
      random,
      once,
      checkpoints: state.checkpoints,
      work: state.work,
      lease: state.lease,
      uncleanStart: state.delivery.uncleanStart,
      shared: {
        connections: new Connections(),
        requestSemaphore: new PrioritySemaphore({ clock }),
        buffers: sizedBuffers(2 * process.memoryBytes),
        tenants: new TenantAccess(),
      },
    },
    mapperOf: openMappers(),
    collector: {
      ledger: state.delivery,
      claims: new IdClaims(),
      deadLetters,
      openBuffer: documentBuffers(2 * process.memoryBytes),
      mappingWork: new PacedWork(),
      telemetry,
      log,
      clock,
      agent: agentFields(collector, elasticAgent),
    },
  };
}

export interface Delivering {
  readonly signals: CollectorSignals;
  readonly open: (environment: OpeningEnvironment) => Source;
  /** The ledger to use in place of the state's, where records that were delivered are to be delivered again. */
  readonly memory?: DeliveryLedger | undefined;
  /** It is called with the tenant's GUID once it is known; it may throw an OperatorError. */
  readonly claimTenant?: (tenantId: string) => void;
}

/** Delivers everything that the source yields. Throws where the output can never be written to. */
export async function deliverStream(
  { mapping }: StreamPolicy,
  { output, semaphore, failure }: HeldOutput,
  shared: SharedByStreams,
  { signals, open, memory, claimTenant }: Delivering,
): Promise<void> {
  if (failure) throw failure.error;
  const { collector, asking } = shared;
  const budget = shared.budget.share(output);
  try {
    const source = open({ ...collector, ...asking, budget, ...(claimTenant && { claimTenant }) });
    const mapper = shared.mapperOf(mapping.dataset);
    const delivery = { ...collector, mapper, ...(memory && { ledger: memory }) };
    await collect({ ...delivery, source, output, semaphore, mapping }, signals);
  } finally {
    // The bytes are those of batches that were never settled.
    budget.release(budget.held);
  }
}
