// One stream of the process while it runs: its source, its own signals, the output that it delivers to. It ends by itself,
// by an error that trying again cannot help, or when it is told to.

import { LinkedAbort } from '../concurrency/linked-abort.ts';
import type { Clock } from '../contract/clock.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';
import type { CollectorSignals } from './collector.ts';
import { type FeedClaims, feedsOf } from './feed-claims.ts';
import type { OutputLease } from './held-outputs.ts';
import { deliverStream, type SharedByStreams } from './open-parts.ts';
import { reportOutputChange } from './output-change.ts';
import { type FoundTenant, superviseStream } from './supervise.ts';

/** The parts that all streams of a process have together. */
export interface SharedParts {
  readonly shared: SharedByStreams;
  readonly claims: FeedClaims;
  /** Those of the process, which each stream follows. */
  readonly signals: CollectorSignals;
  /** All that are to run. */
  readonly wanted: () => readonly StreamPolicy[];
  /** True once the ledger is given up: what streams end with then is nobody's business. */
  readonly isLeft: () => boolean;
}

export class RunningStream {
  readonly policy: StreamPolicy;
  /** Undefined where there is no such output. */
  readonly lease: OutputLease | undefined;
  /** Resolves when nothing of the stream is under way any more, however it ended. */
  readonly ended: Promise<void>;
  readonly #parts: SharedParts;
  readonly #stop: LinkedAbort;
  readonly #abandon: LinkedAbort;
  #failure: { readonly error: unknown } | undefined;
  #tenantId: string | undefined;
  #isTold = false;

  /** Begins at once. */
  constructor(policy: StreamPolicy, lease: OutputLease | undefined, parts: SharedParts) {
    this.policy = policy;
    this.lease = lease;
    this.#parts = parts;
    this.#stop = new LinkedAbort(parts.signals.stop);
    this.#abandon = new LinkedAbort(parts.signals.abandon);
    parts.claims.reserve(policy);
    this.ended = this.#run();
  }

  /** The error that ended it; undefined while it runs, and where it ended as it should. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** The GUID, once it is known. */
  get tenantId(): string | undefined {
    return this.#tenantId;
  }

  /**
   * Resolves when it has ended. Batches in flight are finished first; what is not after `patienceMs` is left
   * unacknowledged, to be fetched again by whoever collects the tenant next.
   */
  async stop(patienceMs: number, clock: Clock): Promise<void> {
    this.#isTold = true;
    this.#stop.abort();
    const over = new AbortController();
    const patience = clock.sleep(patienceMs, over.signal).then(
      () => this.#abandon.abort(),
      () => undefined,
    );
    await this.ended;
    over.abort();
    await patience;
  }

  async #run(): Promise<void> {
    try {
      await this.#collect();
      await this.#giveBack();
    } catch (error) {
      this.#failure = { error };
      this.#reportFailure(error);
    } finally {
      this.#stop.release();
      this.#abandon.release();
      this.#parts.claims.release(this.policy);
      await this.lease?.release();
    }
  }

  /** A run that collects once ends with the first error; one that follows begins again what nobody meant to end. */
  async #collect(): Promise<void> {
    // The constructor has to return before anything of the stream can happen.
    await Promise.resolve();
    if (!this.lease) throw new Error(`no output was opened for the stream at ${this.policy.definedAt}`);
    const { failure } = this.lease.held;
    if (failure) throw failure.error;
    const { collector, asking } = this.#parts.shared;
    if (asking.once) return this.#collectOnce(this.lease);
    const { random } = asking;
    const options = { ...collector, random, stream: this.policy, stop: this.#stop.signal };
    const { lease } = this;
    return superviseStream((found) => this.#collectOnce(lease, found), options);
  }

  /**
   * Gives back the leases of its feeds, where all that it delivered is settled: another process need not wait until they
   * end. They are given back before the claims, so that no other stream of this process has taken anything by then.
   */
  async #giveBack(): Promise<void> {
    const { shared, signals } = this.#parts;
    const { work, lease } = shared.asking;
    // A process that ends gives back all of its leases itself.
    if (this.#tenantId === undefined || this.#abandon.signal.aborted || signals.stop.aborted) return;
    const given = feedsOf(this.policy, this.#tenantId).map((feed) => work.release(lease.owner, feed));
    // Where the ledger cannot be written, the leases end by themselves.
    await Promise.allSettled(given);
  }

  /** Collects from the opening of the source until it ends. */
  async #collectOnce({ held }: OutputLease, foundTenant?: FoundTenant): Promise<void> {
    const { policy } = this;
    const { shared, claims, wanted } = this.#parts;
    const { log } = shared.collector;
    log.debug(
      { event: { action: 'stream-opened' }, m365: { stream: policy.id } },
      `${policy.definedAt}: the source of the stream ${policy.id} is opened.`,
    );
    await reportOutputChange(policy, wanted(), shared.asking.checkpoints, log);
    await deliverStream(policy, held, shared, {
      signals: { stop: this.#stop.signal, abandon: this.#abandon.signal },
      open: policy.source.open,
      claimTenant: (tenantId) => {
        claims.claim(tenantId, policy);
        this.#tenantId = tenantId;
        foundTenant?.(tenantId);
      },
    });
  }

  /** Whatever its feeds were last seen doing, nothing of it is collected any more. */
  #reportFailure(error: unknown): void {
    const { shared, isLeft, wanted } = this.#parts;
    const { telemetry, log } = shared.collector;
    if (this.#isTold || isLeft()) return;
    const { id, definedAt, source } = this.policy;
    const message = describeError(error);
    const code = error instanceof OperatorError ? error.code : undefined;
    const { tenantId: tenant, kind } = source;
    const report = { health: 'failed', message, code } as const;
    const others = wanted().filter(
      (each) => each.id !== id && each.source.tenantId === tenant && each.source.kind === kind,
    );
    // Another stream of the tenant goes on, and says so.
    if (others.length === 0) telemetry.report({ kind: 'stream', tenant, source: kind }, report);
    else for (const feed of feedsOf(this.policy)) telemetry.report(feed, report);
    log.error({ m365: { stream: id } }, `${definedAt}: ${message}`);
  }
}
