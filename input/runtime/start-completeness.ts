// Starts the reports that a policy asks for: one reporter for each input with a stream of completeness.

import { completenessReporter, type ReportedFeed } from '../completeness/reporter.ts';
import { CompletenessTally, combineTelemetry } from '../completeness/tally.ts';
import type { Clock } from '../contract/clock.ts';
import { keyOf } from '../contract/component.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output } from '../contract/output.ts';
import type { State } from '../contract/state.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { OutputPolicy } from '../outputs/output-policy.ts';
import type { CompletenessPolicy, Policy, StreamPolicy } from '../settings/policy/policy.ts';

export interface StartOptions {
  readonly policy: Policy;
  readonly state: State;
  /** Open already. */
  readonly outputs: ReadonlyMap<OutputPolicy, Output>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of this program, and of ECS. */
  readonly version: string;
  readonly ecsVersion: string;
  /** Once it aborts, no output is waited for any more. */
  readonly end?: AbortSignal | undefined;
}

export interface RunningCompleteness {
  /** To be given to the streams in place of the one that came. */
  readonly telemetry: Telemetry;
  /** Tells the last interval and ends; call once the streams have ended, and before outputs and ledger close. */
  stop(): Promise<void>;
}

export function startCompleteness(options: StartOptions): RunningCompleteness {
  const { policy, telemetry } = options;
  const wanted = policy.completeness ?? [];
  const ending = new AbortController();
  let heard = telemetry;
  const runs = wanted.map((each) => {
    const tally = new CompletenessTally(
      () => options.clock.now(),
      (component) => telemetry.reportOf?.(component),
    );
    heard = combineTelemetry(heard, tally);
    return reporterOf(each, tally, options).run(ending.signal);
  });
  return {
    telemetry: heard,
    async stop() {
      ending.abort();
      await Promise.all(runs);
    },
  };
}

function reporterOf(each: CompletenessPolicy, tally: CompletenessTally, options: StartOptions) {
  const { policy, state, outputs, clock, log, version, ecsVersion, end } = options;
  const output = outputs.get(each.output);
  if (!output) throw new Error(`no output was opened for the completeness at ${each.where}`);
  const { namespace, intervalMs } = each;
  const own = policy.streams.filter(({ id }) => each.streams.includes(id));
  const feeds = () => [...own.flatMap(configuredFeeds), ...resolvedFeeds(own, policy.streams, tally)];
  const identity = {
    namespace,
    agent: { id: state.delivery.identity.id, version },
    ecsVersion,
    tags: ['m365'],
  };
  return completenessReporter({ feeds, intervalMs, identity, tally, state, output, clock, log, end });
}

const isDomain = ({ source }: StreamPolicy): boolean => source.tenantId.includes('.');

function configuredFeeds(stream: StreamPolicy): ReportedFeed[] {
  if (isDomain(stream)) return [];
  const { tenantId, tenantName, feeds, kind } = stream.source;
  return feeds.map((name) => ({
    feed: { tenant: tenantId, source: kind, name },
    tenantName,
  }));
}

/** Of tenants that are configured by a domain: what was heard of and nobody configured by the tenant's id. */
function resolvedFeeds(
  own: readonly StreamPolicy[],
  all: readonly StreamPolicy[],
  tally: CompletenessTally,
): ReportedFeed[] {
  const domains = own.filter(isDomain);
  if (domains.length === 0) return [];
  const known = new Set(all.flatMap(configuredFeeds).map(({ feed }) => keyOf(feed)));
  const tenantName = domains.length === 1 ? domains[0]?.source.tenantName : undefined;
  return tally
    .feeds()
    .filter((feed) => !known.has(keyOf(feed)))
    .map((feed) => ({ feed, tenantName }));
}
