// Runs the reports of completeness that are wanted: one reporter for each input that has a stream of completeness. They
// follow the streams that are there, and the last interval of one that leaves is reported before it is gone.

import {
  type CompletenessReporter,
  completenessReporter,
  type ReportedFeed,
} from '../completeness/reporter.ts';
import { CompletenessTally, combineTelemetry } from '../completeness/tally.ts';
import type { Clock } from '../contract/clock.ts';
import type { Logger } from '../contract/logger.ts';
import type { State } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { AgentFields } from '../documents/agent-fields.ts';
import type { CompletenessPolicy, StreamPolicy } from '../settings/policy/policy.ts';
import { feedsOf } from './feed-claims.ts';
import type { HeldOutput, OutputLease } from './held-outputs.ts';

export interface ReportsParts {
  readonly state: State;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly log: Logger;
  /** The fields that say who collects. */
  readonly agent: AgentFields;
  readonly ecsVersion: string;
  /** No output is waited for any more once it aborts. */
  readonly end?: AbortSignal | undefined;
  readonly lease: (output: string) => OutputLease | undefined;
  readonly streamOf: (id: string) => ReportedStream | undefined;
}

export interface ReportedStream {
  readonly policy: StreamPolicy;
  /** The GUID, once it is known. */
  readonly tenantId: string | undefined;
}

interface Running {
  readonly tally: CompletenessTally;
  readonly lease: OutputLease;
  readonly reporter: CompletenessReporter;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  policy: CompletenessPolicy;
}

export class CompletenessReports {
  readonly #parts: ReportsParts;
  readonly #tallies = new Set<CompletenessTally>();
  #running: Running[] = [];
  /** The streams are given it in place of the one that came. */
  readonly telemetry: Telemetry;

  constructor(parts: ReportsParts) {
    this.#parts = parts;
    this.telemetry = combineTelemetry(parts.telemetry, this.#everyTally());
  }

  /** Those that are not wanted as they are tell their last interval and end, the others that of streams which leave. */
  async leave(
    wanted: readonly CompletenessPolicy[],
    isCurrent: (output: HeldOutput) => boolean,
  ): Promise<void> {
    const running = this.#running.splice(0);
    const ending: Promise<void>[] = [];
    for (const each of running) {
      const next = wanted.find((report) => isSameReport(report, each.policy));
      if (next && isCurrent(each.lease.held)) {
        this.#running.push(each);
        ending.push(follow(each, next));
      } else ending.push(this.#end(each));
    }
    await Promise.all(ending);
  }

  /** Those that are told to one of these outputs end. */
  async leaveOutputs(outputs: ReadonlySet<HeldOutput>): Promise<void> {
    const leaving = this.#running.filter(({ lease }) => outputs.has(lease.held));
    this.#running = this.#running.filter((each) => !leaving.includes(each));
    await Promise.all(leaving.map((each) => this.#end(each)));
  }

  /** Begins what is wanted and does not run yet. */
  begin(wanted: readonly CompletenessPolicy[]): void {
    for (const policy of wanted) {
      const known = this.#running.some((running) => isSameReport(running.policy, policy));
      if (!known) this.#running.push(this.#start(policy));
    }
  }

  /** Tells the last interval. Call once the streams have ended, and before outputs and ledger close. */
  async close(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((each) => this.#end(each)));
  }

  #start(policy: CompletenessPolicy): Running {
    const { state, clock, log, agent, ecsVersion, end, telemetry } = this.#parts;
    const lease = this.#parts.lease(policy.output.name);
    if (!lease) throw new Error(`no output was opened for the completeness at ${policy.definedAt}`);
    const tally = new CompletenessTally(
      () => clock.now(),
      (component) => telemetry.reportOf?.(component),
    );
    const { namespace, intervalMs } = policy;
    const identity = {
      namespace,
      ledger: state.delivery.identity.id,
      agent,
      ecsVersion,
      tags: ['m365'],
    };
    const { output } = lease.held;
    const feeds = () => running.policy.streams.flatMap((id) => reportedFeeds(this.#parts.streamOf(id)));
    const reporter = completenessReporter({
      ...{ feeds, intervalMs, identity, tally, state, output, clock, log, end },
    });
    const stop = new AbortController();
    this.#tallies.add(tally);
    const running: Running = { policy, tally, lease, reporter, stop, ended: reporter.run(stop.signal) };
    return running;
  }

  async #end({ stop, ended, tally, lease }: Running): Promise<void> {
    stop.abort();
    await ended;
    this.#tallies.delete(tally);
    await lease.release();
  }

  #everyTally(): Telemetry {
    const tallies = this.#tallies;
    return {
      report: (...told) => {
        for (const tally of tallies) tally.report(...told);
      },
      count: (...told) => {
        for (const tally of tallies) tally.count(...told);
      },
      lag: (...told) => {
        for (const tally of tallies) tally.lag(...told);
      },
      credential: (...told) => {
        for (const tally of tallies) tally.credential(...told);
      },
    };
  }
}

async function follow(running: Running, next: CompletenessPolicy): Promise<void> {
  if (running.policy.streams.some((id) => !next.streams.includes(id))) await running.reporter.report();
  running.policy = next;
}

/** Apart from the streams whose completeness it is: these may come and go. */
function isSameReport(one: CompletenessPolicy, other: CompletenessPolicy): boolean {
  return (
    one.definedAt === other.definedAt &&
    one.namespace === other.namespace &&
    one.intervalMs === other.intervalMs &&
    one.output === other.output
  );
}

/** None while the tenant's GUID is not known. */
function reportedFeeds(stream: ReportedStream | undefined): ReportedFeed[] {
  if (!stream) return [];
  const { tenantId, tenantName } = stream.policy.source;
  const tenant = stream.tenantId ?? tenantId;
  if (tenant.includes('.')) return [];
  return feedsOf(stream.policy, tenant).map((feed) => ({ feed, tenantName }));
}
