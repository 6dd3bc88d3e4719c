// Runs a policy until every stream has ended: the foreground form of the process, with what a command has to answer for.

import type { Clock } from '../contract/clock.ts';
import type { Logger } from '../contract/logger.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { Policy } from '../settings/policy/policy.ts';
import type { CollectorSignals } from './collector.ts';
import { CollectorProcess, type ProcessResult } from './process.ts';

export interface RunOptions {
  readonly policy: Policy;
  readonly signals: CollectorSignals;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** The version of this program. */
  readonly version: string;
  /** It may change what runs, for as long as the signal is not aborted. */
  readonly follow?: ((collector: CollectorProcess, signal: AbortSignal) => Promise<void>) | undefined;
}

export interface RunResult extends ProcessResult {
  /** It ended because nobody reads the console output any more. */
  readonly readerGone: boolean;
  /** It was told to end before its streams had ended by themselves: not everything may have been listed. */
  readonly cutShort: boolean;
}

/** Resolves when every stream has ended: after `stop`, or by itself where the streams collect once. */
export async function runCollector(options: RunOptions): Promise<RunResult> {
  const { policy } = options;
  const gone = new AbortController();
  const signals = endEarly(options.signals, gone.signal);
  await using collector = await CollectorProcess.open({
    ...options,
    signals,
    process: policy.process,
    once: policy.once,
    needsOutput: true,
    onReaderGone: () => gone.abort(),
  });
  await collector.apply({ ...policy, completeness: policy.completeness ?? [] });
  const ended = new AbortController();
  const followed = options.follow?.(collector, AbortSignal.any([signals.stop, ended.signal]));
  try {
    await collector.ended();
  } finally {
    ended.abort();
    await followed;
  }
  const result = await collector.result();
  return { ...result, readerGone: gone.signal.aborted, cutShort: signals.stop.aborted };
}

/** Nothing can be delivered any more once nobody reads the console output: the run ends, and is no failure. */
function endEarly(signals: CollectorSignals, gone: AbortSignal): CollectorSignals {
  return {
    ...signals,
    stop: AbortSignal.any([signals.stop, gone]),
    abandon: AbortSignal.any([signals.abandon, gone]),
  };
}
