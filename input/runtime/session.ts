// Everything that runs on one opened ledger: the outputs, the streams, the reports, and what they share. It is given what
// is wanted and makes the difference to what is there; what did not change is not touched.

import { loadDefinitions } from '../../pipelines/index.ts';
import { keyOf } from '../contract/component.ts';
import { describeError } from '../contract/errors.ts';
import type { Feed } from '../contract/feed.ts';
import type { ItemState } from '../contract/state.ts';
import type { OutdatedInput, ProcessOptions, StreamPolicy } from '../settings/policy/policy.ts';
import type { Wanted } from '../settings/units/unit.ts';
import { CompletenessReports } from './completeness-reports.ts';
import { componentsOf } from './components-of.ts';
import { FeedClaims, feedsOf } from './feed-claims.ts';
import type { HeldOutput, HeldOutputs } from './held-outputs.ts';
import { keepState, watchCertificates } from './housekeeping.ts';
import { type OpeningOptions, type OpenParts, openParts } from './open-parts.ts';
import { openState } from './open-state.ts';
import { reportOutdated } from './outdated-inputs.ts';
import { RunningStream, type SharedParts } from './running-stream.ts';
import { saveMemoryFor } from './save-memory.ts';

/** The options of the whole process, whatever runs in it. */
export interface SessionOptions extends OpeningOptions {
  readonly process: Pick<ProcessOptions, 'stateFolder' | 'memoryBytes' | 'stopTimeoutMs'>;
}

/** A feed, and how many of its items are in which state. */
export interface FeedItems extends Feed {
  readonly items: Readonly<Record<ItemState, number>>;
}

/** A stream that ends alone has this share of the bound of an orderly end. */
const patienceAt = 0.75;

export class Session {
  readonly #options: SessionOptions;
  readonly #closing: AsyncDisposableStack;
  readonly #parts: SharedParts;
  readonly #outputs: HeldOutputs;
  readonly #reports: CompletenessReports;
  readonly #streams = new Map<string, RunningStream>();
  #wanted: readonly StreamPolicy[] = [];
  #outdated: readonly OutdatedInput[] = [];
  #closed: Promise<void> | undefined;

  private constructor(options: SessionOptions, { state, outputs, shared, isLeft, closing }: OpenedSession) {
    const { signals } = options;
    this.#options = options;
    this.#closing = closing;
    this.#outputs = outputs;
    this.#reports = new CompletenessReports({
      ...options,
      state,
      agent: shared.collector.agent,
      ecsVersion: loadDefinitions().ecsVersion,
      end: signals.end,
      lease: (name) => outputs.lease(name),
      streamOf: (id) => this.#streams.get(id),
    });
    const collector = { ...shared.collector, telemetry: this.#reports.telemetry };
    const wanted = () => this.#wanted;
    this.#parts = { shared: { ...shared, collector }, claims: new FeedClaims(), signals, wanted, isLeft };
  }

  /** `damage` is aborted when the ledger is found damaged; then everything ends as if it were abandoned. */
  static async open(options: SessionOptions, damage: AbortController | undefined): Promise<Session> {
    const { clock, log, telemetry, signals, process } = options;
    await using opening = new AsyncDisposableStack();
    const state = await openState({
      ...{ folder: process.stateFolder, clock, log, giveUp: signals.abandon },
      onHealth: (health, message) => telemetry.report({ kind: 'ledger' }, { health, message }),
      onDamage: () => damage?.abort(),
    });
    opening.defer(() => state.close());
    telemetry.ledgerOpened?.(state.delivery.identity.id);
    const parts = await openParts(options, state, opening);
    const housekeeping = new AbortController();
    const keeping = Promise.all([
      keepState(state, { clock, log }, housekeeping.signal),
      watchCertificates(parts.outputs, clock, housekeeping.signal),
    ]);
    opening.defer(async () => {
      housekeeping.abort();
      await keeping;
    });
    const isLeft = () => damage?.signal.aborted ?? false;
    return new Session(options, { ...parts, isLeft, closing: opening.move() });
  }

  /** The streams that are there, also those that have ended. */
  get streams(): ReadonlyMap<string, RunningStream> {
    return this.#streams;
  }

  /**
   * Resolves when what is wanted runs: outputs are open, or waited for, and streams have begun. New outputs are opened
   * before the streams that go over to them leave the old ones, except where both need the same folder. Rejects when the
   * process ends meanwhile, or as `openOutputs` does.
   */
  async apply(wanted: Wanted): Promise<void> {
    this.#wanted = wanted.streams;
    saveMemoryFor(wanted.streams.length);
    await this.#leaveOutputs(this.#outputs.retireFor(wanted.outputs), wanted);
    await this.#outputs.open(wanted.outputs, this.#options.signals.stop);
    await this.#leave(wanted);
    await this.#outputs.closeRetired();
    this.#reports.begin(wanted.completeness);
    this.#outdated = reportOutdated(this.#outdated, wanted.outdated ?? [], this.#options);
    for (const stream of wanted.streams) if (!this.#streams.has(stream.id)) this.#begin(stream);
  }

  /** Resolves when every stream has ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#streams.values()].map(({ ended }) => ended));
  }

  /** Items that are listed and not delivered yet; undefined where nobody can say. */
  async countOpen(): Promise<number | undefined> {
    const { collector, asking } = this.#parts.shared;
    try {
      let open = 0;
      // A tenant that was never found has no feeds that were listed either.
      for (const { policy, tenantId } of this.#streams.values())
        for (const feed of tenantId === undefined ? [] : feedsOf(policy, tenantId)) {
          const { listed, fetching } = await asking.work.countByState(feed);
          open += listed + fetching;
        }
      return open;
    } catch (error) {
      collector.log.warn({}, `The ledger does not say what is still to be fetched: ${describeError(error)}`);
      return undefined;
    }
  }

  /** Returns how many items of each feed are in which state, as the ledger has it. */
  async describeLedger(): Promise<readonly FeedItems[]> {
    const { work } = this.#parts.shared.asking;
    const feeds = await work.feeds();
    return Promise.all(feeds.map(async (feed) => ({ ...feed, items: await work.countByState(feed) })));
  }

  /** Ends what still runs, and closes everything in the opposite order of its opening. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    await using closing = this.#closing;
    closing.defer(() => this.#reports.close());
    closing.defer(() => this.#stop([...this.#streams.values()]));
  }

  async #leaveOutputs(outputs: ReadonlySet<HeldOutput>, wanted: Wanted): Promise<void> {
    const leaving = [...this.#streams.values()].filter(({ lease }) => lease && outputs.has(lease.held));
    await this.#stop(leaving);
    await this.#reports.leaveOutputs(outputs);
    this.#forget(leaving, wanted);
    await this.#outputs.closeRetired();
  }

  /** Streams that failed leave too, to begin anew. */
  async #leave(wanted: Wanted): Promise<void> {
    const isCurrent = (output: HeldOutput) => this.#outputs.get(output.policy.name) === output;
    const leaving = [...this.#streams.values()].filter(
      ({ policy, lease, failure }) =>
        failure !== undefined || !wanted.streams.includes(policy) || !lease || !isCurrent(lease.held),
    );
    await this.#stop(leaving);
    await this.#reports.leave(wanted.completeness, isCurrent);
    this.#forget(leaving, wanted);
  }

  #begin(policy: StreamPolicy): void {
    const lease = this.#outputs.lease(policy.output.name);
    this.#streams.set(policy.id, new RunningStream(policy, lease, this.#parts));
  }

  async #stop(streams: readonly RunningStream[]): Promise<void> {
    const { clock, process } = this.#options;
    const patienceMs = process.stopTimeoutMs * patienceAt;
    await Promise.all(streams.map((stream) => stream.stop(patienceMs, clock)));
  }

  /** Components that nobody collects any more are shown as stopped. */
  #forget(streams: readonly RunningStream[], wanted: Wanted): void {
    const { telemetry } = this.#options;
    const kept = new Set(wanted.streams.flatMap((policy) => componentsOf(policy).map(keyOf)));
    for (const { policy, tenantId } of streams) {
      this.#streams.delete(policy.id);
      for (const component of componentsOf(policy, tenantId))
        if (!kept.has(keyOf(component)) && telemetry.reportOf?.(component))
          telemetry.report(component, { health: 'stopped', message: 'No longer collected.' });
    }
  }
}

interface OpenedSession extends OpenParts {
  readonly isLeft: () => boolean;
  readonly closing: AsyncDisposableStack;
}
