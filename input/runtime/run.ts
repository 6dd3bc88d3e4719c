// The whole process: opens what all streams share, runs every stream of a policy, closes in the right order.
// One stream that cannot work says so and leaves the others running.

import { loadDefinitions, openMappers } from '../../pipelines/index.ts';
import { byteBudget } from '../concurrency/byte-budget.ts';
import { documentBuffers } from '../concurrency/document-buffers.ts';
import { IdClaims } from '../concurrency/id-claims.ts';
import { PrioritySemaphore } from '../concurrency/priority-semaphore.ts';
import type { Clock } from '../contract/clock.ts';
import type { DeadLetters } from '../contract/dead-letters.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { Ledger } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { Connections } from '../http/connections.ts';
import { createOutput } from '../outputs/create-output.ts';
import { type OpenedOutputs, openOutputs } from '../outputs/open-outputs.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import type { Policy, StreamPolicy } from '../settings/policy/policy.ts';
import { managementActivitySource } from '../sources/management-activity/index.ts';
import { CommitQueue } from '../state/commit-queue.ts';
import { openDeadLetters } from '../state/dead-letters/dead-letters.ts';
import { openLedger } from '../state/sqlite/sqlite-ledger.ts';
import { traceOutput } from '../telemetry/traces.ts';
import { carriedFacts } from './carried-facts.ts';
import { type CollectorSignals, collect, slotsOf } from './collector.ts';
import { noteOutputChange } from './output-change.ts';
import { startCompleteness } from './start-completeness.ts';
import { type FoundTenant, superviseStream } from './supervise.ts';
import { TenantClaims } from './tenant-claims.ts';

export interface RunOptions {
  readonly policy: Policy;
  readonly signals: CollectorSignals;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Of this program. */
  readonly version: string;
}

export interface RunResult {
  /** The streams that ended in an error, by id. */
  readonly failed: ReadonlyMap<string, unknown>;
  /** Content blobs that are listed and not delivered yet: the next run fetches them. Undefined where nobody can say. */
  readonly open: number | undefined;
  /** It ended because nobody reads the console output any more. */
  readonly readerGone: boolean;
  /** It was told to end before its streams had ended by themselves: not everything may have been listed. */
  readonly cutShort: boolean;
}

interface EndingRunOptions extends RunOptions {
  readonly onReaderGone: () => void;
  readonly readerGone: () => boolean;
  /** Aborted when the run is to begin again with a new ledger. */
  readonly damage: AbortSignal;
}

const pruneEveryMs = 10 * 60_000;

/** How often a run begins anew by itself because its ledger was damaged: a disk that spoils each is for the operator. */
const mostNewLedgers = 3;

/** Resolves when every stream has ended: after `stop`, or by itself where the streams collect once. */
export async function runCollector(options: RunOptions): Promise<RunResult> {
  for (let newLedgers = 0; ; newLedgers += 1) {
    const damage = new AbortController();
    const result = await runOnLedger(options, newLedgers < mostNewLedgers ? damage : undefined);
    if (!damage.signal.aborted || options.signals.stop.aborted) return result;
    options.log.warn({}, 'The ledger was damaged while it was used: collecting begins again with a new one.');
  }
}

/** `damage`: aborted, and with it the run, when the ledger is found damaged. */
async function runOnLedger(given: RunOptions, damage: AbortController | undefined): Promise<RunResult> {
  const options = endEarly(given, damage?.signal);
  const ledger = await openLedger({
    folder: options.policy.process.stateFolder,
    clock: options.clock,
    log: options.log,
    carried: carriedFacts,
    giveUp: options.signals.abandon,
    onHealth: (health, message) => options.telemetry.report({ kind: 'ledger' }, { health, message }),
    onDamage: () => damage?.abort(),
  });
  options.telemetry.ledgerOpened?.(ledger.identity.id);
  try {
    return await runWithLedger(options, ledger);
  } finally {
    await ledger.close();
  }
}

/** Once nobody reads the console output, nothing can be delivered any more: the run ends, and is no failure. */
function endEarly(options: RunOptions, damage = new AbortController().signal): EndingRunOptions {
  const gone = new AbortController();
  const { stop, abandon } = options.signals;
  const signals = {
    ...options.signals,
    stop: AbortSignal.any([stop, gone.signal, damage]),
    abandon: AbortSignal.any([abandon, gone.signal, damage]),
  };
  return {
    ...options,
    signals,
    onReaderGone: () => gone.abort(),
    readerGone: () => gone.signal.aborted,
    damage,
  };
}

/** What is opened is closed again, in the opposite order, wherever it ends. */
async function runWithLedger(options: EndingRunOptions, ledger: Ledger): Promise<RunResult> {
  const { policy, clock, log, signals } = options;
  const mayWait = !policy.streams.some(({ source }) => source.once);
  const create = (each: OutputPolicy) => traceOutput(createOutput(each, { ...options, ledger, mayWait }));
  await using closing = new AsyncDisposableStack();
  const giveUp = signals.abandon;
  const deadLetters = await openDeadLetters({ folder: policy.process.stateFolder, clock, log, giveUp });
  closing.defer(() => deadLetters.close());
  const opened = await openOutputs(policy.outputs, { ...options, create, mayWait }, signals.stop);
  const { outputs, failures } = opened;
  closing.defer(async () => {
    for (const [each, output] of outputs) if (!failures.has(each)) await output.close();
  });
  const housekeeping = new AbortController();
  const pruning = pruneRegularly(options, ledger, housekeeping.signal);
  closing.defer(() => {
    housekeeping.abort();
    return pruning;
  });
  const { ecsVersion } = loadDefinitions();
  const completeness = startCompleteness({ ...options, ledger, outputs, ecsVersion, end: signals.end });
  closing.defer(() => completeness.stop());
  const { telemetry } = completeness;
  // Awaited here, or what it needs is closed while it runs.
  return await runStreams({ ...options, telemetry }, { ...opened, ledger, deadLetters });
}

interface OpenParts extends OpenedOutputs {
  readonly ledger: Ledger;
  readonly deadLetters: DeadLetters;
}

async function runStreams(options: EndingRunOptions, parts: OpenParts): Promise<RunResult> {
  const shared = shareAmongStreams(options, parts);
  const failed = new Map<string, unknown>();
  await Promise.all(
    options.policy.streams.map((stream) =>
      runStream(stream, options, shared).catch((error: unknown) => {
        failed.set(stream.id, error);
        if (!options.damage.aborted) reportEnded(stream, error, options);
      }),
    ),
  );
  const cutShort = options.signals.stop.aborted;
  return { failed, open: await countOpen(shared, options), readerGone: options.readerGone(), cutShort };
}

/** Of a tenant that was never found, nothing is listed either. */
async function countOpen({ found, collector }: Shared, { log }: RunOptions): Promise<number | undefined> {
  const feeds = [...found].flatMap(([{ source }, tenantId]) =>
    source.contentTypes.map((name) => ({ tenant: tenantId, source: source.kind, name })),
  );
  try {
    let open = 0;
    for (const feed of feeds) {
      const { listed, fetching } = await collector.ledger.countByState(feed);
      open += listed + fetching;
    }
    return open;
  } catch (error) {
    log.warn({}, `The ledger does not say what is still to be fetched: ${describeError(error)}`);
    return undefined;
  }
}

function shareAmongStreams({ policy, telemetry, log, clock }: RunOptions, parts: OpenParts) {
  const { ledger, outputs, failures, deadLetters } = parts;
  const budget = byteBudget(policy.process.memoryBytes);
  telemetry.watchInFlight?.(() => budget.held);
  return {
    outputs,
    failures,
    budget,
    slots: new Map([...outputs.values()].map((output) => [output, slotsOf(output)])),
    tenants: new TenantClaims(policy.streams),
    mapperOf: openMappers(),
    /** The GUID of each stream's tenant, once it is known. */
    found: new Map<StreamPolicy, string>(),
    asking: { connections: new Connections(), turns: new PrioritySemaphore({ clock }) },
    collector: {
      ledger,
      claims: new IdClaims(),
      commits: new CommitQueue(ledger),
      deadLetters,
      openBuffer: documentBuffers(2 * policy.process.memoryBytes),
      telemetry,
      log,
      clock,
    },
  };
}

type Shared = ReturnType<typeof shareAmongStreams>;

/** A run that collects once ends with the first error; one that follows begins a stream again that nobody meant to end. */
async function runStream(stream: StreamPolicy, options: RunOptions, shared: Shared): Promise<void> {
  const { outputs, failures, slots, collector } = shared;
  const { signals, random } = options;
  const output = outputs.get(stream.output);
  const free = output && slots.get(output);
  if (failures.has(stream.output)) throw failures.get(stream.output);
  if (!free) throw new Error(`no output was opened for the stream at ${stream.where}`);
  const run = async (foundTenant?: FoundTenant): Promise<void> => {
    const budget = shared.budget.share(output);
    const claimTenant = (tenantId: string) => {
      shared.tenants.claim(tenantId, stream);
      shared.found.set(stream, tenantId);
      foundTenant?.(tenantId);
    };
    const { uncleanStart } = collector.ledger;
    const environment = { ...collector, random, uncleanStart, budget, claimTenant };
    try {
      await noteOutputChange(stream, collector.ledger, collector.log);
      const source = managementActivitySource(stream.source, environment, shared.asking);
      const { mapping } = stream;
      const mapper = shared.mapperOf(mapping.dataset);
      await collect({ ...collector, mapper, source, output, slots: free, mapping }, signals);
    } finally {
      // Of batches that were never settled.
      budget.release(budget.held);
    }
  };
  await (stream.source.once ? run() : superviseStream(run, { ...options, stream, stop: signals.stop }));
}

/** Whatever its content types were last seen doing, nothing of it is collected any more. */
function reportEnded(
  { id, where, source }: StreamPolicy,
  error: unknown,
  { telemetry, log }: RunOptions,
): void {
  const message = describeError(error);
  const code = error instanceof OperatorError ? error.code : undefined;
  const component = { kind: 'stream', tenant: source.tenantId, source: source.kind } as const;
  telemetry.report(component, { health: 'failed', message, code });
  log.error({ m365: { stream: id } }, `${where}: ${message}`);
}

async function pruneRegularly(options: RunOptions, ledger: Ledger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await ledger.prune(options.clock.now())))
        await options.clock.sleep(50, signal);
      await options.clock.sleep(pruneEveryMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      options.log.warn({}, `The ledger could not be pruned: ${describeError(error)}`);
      await options.clock.sleep(pruneEveryMs, signal).catch(() => undefined);
    }
  }
}
