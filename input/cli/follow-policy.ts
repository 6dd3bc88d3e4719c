// Applies the changes of a policy file to the collector that runs: what did not change goes on, and a file with mistakes
// changes nothing.

import type { Clock } from '../contract/clock.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import { changesOf } from '../files/watch-file.ts';
import type { CollectorProcess } from '../runtime/process.ts';
import { changePolicy } from '../settings/policy/change-policy.ts';
import type { Policy } from '../settings/policy/policy.ts';

export interface FollowOptions {
  readonly file: string;
  /** Reads the file as it was read at first. Rejects with an OperatorError where it has mistakes. */
  readonly load: () => Promise<Policy>;
  readonly log: Logger;
  readonly clock: Clock;
  /** It is called with what runs from now on. */
  readonly onChange: (policy: Policy) => void;
}

/** Resolves when the signal is aborted. */
export async function followPolicy(
  first: Policy,
  collector: Pick<CollectorProcess, 'apply' | 'setLogLevel'>,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const { file, load, clock, log } = options;
  let policy = first;
  for await (const _ of changesOf(file, clock, signal)) {
    try {
      policy = await change(policy, await load(), collector, options);
    } catch (error) {
      if (signal.aborted) return;
      const code = error instanceof OperatorError ? error.code : undefined;
      log.error(
        { error: { code } },
        `${file} changed, and what runs stays as it was. ${describeError(error)}`,
      );
    }
  }
}

async function change(
  before: Policy,
  read: Policy,
  collector: Pick<CollectorProcess, 'apply' | 'setLogLevel'>,
  { file, log, onChange }: FollowOptions,
): Promise<Policy> {
  const { policy, differences, later } = changePolicy(before, read);
  const isReading = read.effective !== before.effective || differences.length > 0;
  if (policy.process.logLevel !== before.process.logLevel) collector.setLogLevel(policy.process.logLevel);
  if (later.length > 0)
    log.warn({}, `${file} changed: ${later.join(', ')} will take effect with the next start.`);
  if (!isReading) return policy;
  onChange(policy);
  for (const note of policy.notes) if (!before.notes.includes(note)) log.info({}, note);
  await collector.apply({ ...policy, completeness: policy.completeness ?? [] });
  if (differences.length > 0) log.info({}, `${file} changed, and is applied: ${differences.join('; ')}.`);
  return policy;
}
