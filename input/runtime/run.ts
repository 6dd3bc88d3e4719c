// The whole process: opens what all streams share, runs every stream of a policy, closes in the right order.
// One stream that cannot work says so and leaves the others running.

import { loadDefinitions } from '../../pipelines/index.ts';
import type { Clock } from '../contract/clock.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Feed } from '../contract/feed.ts';
import type { Logger } from '../contract/logger.ts';
import type { State } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { Policy, StreamPolicy } from '../settings/policy/policy.ts';
import type { CollectorSignals } from './collector.ts';
import { FeedClaims } from './feed-claims.ts';
import { keepState } from './housekeeping.ts';
import {
  deliverStream,
  type OpenParts,
  openParts,
  outputOf,
  type Shared,
  shareAmongStreams,
} from './open-parts.ts';
import { openState } from './open-state.ts';
import { noteOutputChange } from './output-change.ts';
import { startCompleteness } from './start-completeness.ts';
import { type FoundTenant, superviseStream } from './supervise.ts';

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
  const state = await openState({
    folder: options.policy.process.stateFolder,
    clock: options.clock,
    log: options.log,
    giveUp: options.signals.abandon,
    onHealth: (health, message) => options.telemetry.report({ kind: 'ledger' }, { health, message }),
    onDamage: () => damage?.abort(),
  });
  options.telemetry.ledgerOpened?.(state.delivery.identity.id);
  try {
    return await runWithState(options, state);
  } finally {
    await state.close();
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
async function runWithState(options: EndingRunOptions, state: State): Promise<RunResult> {
  await using closing = new AsyncDisposableStack();
  const parts = await openParts(options, state, closing);
  const housekeeping = new AbortController();
  const keeping = keepState(state, options, housekeeping.signal);
  closing.defer(() => {
    housekeeping.abort();
    return keeping;
  });
  const { ecsVersion } = loadDefinitions();
  const completeness = startCompleteness({ ...options, ...parts, ecsVersion, end: options.signals.end });
  closing.defer(() => completeness.stop());
  const { telemetry } = completeness;
  // Awaited here, or what it needs is closed while it runs.
  return await runStreams({ ...options, telemetry }, parts);
}

async function runStreams(options: EndingRunOptions, parts: OpenParts): Promise<RunResult> {
  const { policy } = options;
  const shared = shareAmongStreams(options, parts);
  const claims = new FeedClaims(policy.streams);
  const failed = new Map<string, unknown>();
  await Promise.all(
    policy.streams.map((stream) =>
      runStream(stream, options, shared, claims).catch((error: unknown) => {
        failed.set(stream.id, error);
        if (!options.damage.aborted) reportEnded(stream, error, options);
      }),
    ),
  );
  const cutShort = options.signals.stop.aborted;
  const open = await countOpen(claims.held(), parts.state, options);
  return { failed, open, readerGone: options.readerGone(), cutShort };
}

/** Of a tenant that was never found, nothing is listed either. */
async function countOpen(
  feeds: readonly Feed[],
  { work }: State,
  { log }: RunOptions,
): Promise<number | undefined> {
  try {
    let open = 0;
    for (const feed of feeds) {
      const { listed, fetching } = await work.countByState(feed);
      open += listed + fetching;
    }
    return open;
  } catch (error) {
    log.warn({}, `The ledger does not say what is still to be fetched: ${describeError(error)}`);
    return undefined;
  }
}

/** A run that collects once ends with the first error; one that follows begins a stream again that nobody meant to end. */
async function runStream(
  stream: StreamPolicy,
  options: RunOptions,
  shared: Shared,
  claims: FeedClaims,
): Promise<void> {
  const { signals, policy } = options;
  outputOf(stream, shared);
  const run = async (foundTenant?: FoundTenant): Promise<void> => {
    const claimTenant = (tenantId: string) => {
      claims.claim(tenantId, stream);
      foundTenant?.(tenantId);
    };
    await noteOutputChange(stream, policy.streams, shared.asking.checkpoints, shared.collector.log);
    await deliverStream(stream, shared, signals, stream.source.open, { claimTenant });
  };
  await (policy.once ? run() : superviseStream(run, { ...options, stream, stop: signals.stop }));
}

/** Whatever its content types were last seen doing, nothing of it is collected any more. */
function reportEnded(
  { id, where, source }: StreamPolicy,
  error: unknown,
  { policy, telemetry, log }: RunOptions,
): void {
  const message = describeError(error);
  const code = error instanceof OperatorError ? error.code : undefined;
  const { tenantId: tenant, kind } = source;
  const report = { health: 'failed', message, code } as const;
  const others = policy.streams.filter(
    (each) => each.source.tenantId === tenant && each.source.kind === kind,
  );
  // Another stream of the tenant goes on, and says so.
  if (others.length === 1) telemetry.report({ kind: 'stream', tenant, source: kind }, report);
  else for (const name of source.feeds) telemetry.report({ tenant, source: kind, name }, report);
  log.error({ m365: { stream: id } }, `${where}: ${message}`);
}
