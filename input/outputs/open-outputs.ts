// Opens the outputs of a policy. An output that cannot be opened yet keeps its own streams waiting, as one that fails later
// does; the run ends only where waiting cannot help and there is no other output to deliver to.

import type { Clock } from '../contract/clock.ts';
import { afterTries, describeError, mayMendItself, OperatorError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output } from '../contract/output.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { backOff } from '../http/back-off.ts';
import { DeferredOutput } from './deferred-output.ts';
import type { OutputPolicy } from './output-policy.ts';

export interface OpeningParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Pick<Telemetry, 'report'>;
  readonly log: Logger;
  readonly create: (policy: OutputPolicy) => Output;
  /** False in a run that collects once, which waits for an output only for some seconds. */
  readonly mayWait: boolean;
  /** Whether it is an error that none can be opened before somebody acts. */
  readonly needsOne: boolean;
}

export interface OpenedOutputs {
  /** All outputs. A write to one that could not be opened waits, or fails where waiting cannot help. */
  readonly outputs: ReadonlyMap<OutputPolicy, Output>;
  /** The errors of outputs that can never be written to, at least not in this run. */
  readonly failures: ReadonlyMap<OutputPolicy, unknown>;
  /** Those that are not open yet, and are tried again. */
  readonly waiting: ReadonlySet<OutputPolicy>;
}

/** Opens all outputs at once. Rejects when the signal aborts, or when one is needed and none can be opened before somebody acts. */
export async function openOutputs(
  policies: readonly OutputPolicy[],
  parts: OpeningParts,
  signal: AbortSignal,
): Promise<OpenedOutputs> {
  const outputs = new Map<OutputPolicy, Output>();
  const failures = new Map<OutputPolicy, unknown>();
  for (const policy of policies) outputs.set(policy, parts.create(policy));
  const opening = [...outputs].map(([policy, output]) =>
    open(output, parts, signal).catch((error: unknown) => failures.set(policy, error)),
  );
  await Promise.all(opening);
  if (signal.aborted || endsTheRun(outputs, failures, parts)) {
    for (const [policy, output] of outputs) if (!failures.has(policy)) await output.close();
    throw [...failures.values()][0] ?? signal.reason;
  }
  const waiting = new Set<OutputPolicy>();
  for (const [policy, error] of failures) {
    const waits = parts.mayWait && error instanceof OperatorError && error.retry.kind === 'later';
    reportFailure(policy, error, waits, parts);
    if (!waits) continue;
    failures.delete(policy);
    waiting.add(policy);
    outputs.set(policy, deferOutput(policy, error, parts));
  }
  return { outputs, failures, waiting };
}

const attemptsOnce = 4;
const pausesOnce = { firstMs: 1000, mostMs: 10_000 };

/** Opens one output. A run that collects once repeats it a few times, since it has nothing else to do meanwhile. */
async function open(
  output: Output,
  { mayWait, clock, random }: OpeningParts,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await output.open(signal);
    } catch (error) {
      if (mayWait || !mayMendItself(error)) throw error;
      if (attempt === attemptsOnce) throw afterTries(error, attempt);
      await clock.sleep(backOff(attempt - 1, pausesOnce, random), signal);
    }
  }
}

function endsTheRun(
  { size }: ReadonlyMap<OutputPolicy, Output>,
  failures: ReadonlyMap<OutputPolicy, unknown>,
  { mayWait, needsOne }: OpeningParts,
): boolean {
  if (!needsOne || failures.size === 0 || failures.size < size) return false;
  return !(mayWait && [...failures.values()].some(mayMendItself));
}

function deferOutput(policy: OutputPolicy, reason: unknown, parts: OpeningParts): Output {
  return new DeferredOutput(parts.create(policy), {
    ...parts,
    reason,
    onOpen: () => reportOpened(policy, parts),
    onReasonChange: (error) => reportFailure(policy, error, true, parts),
  });
}

function reportFailure(
  { name }: OutputPolicy,
  error: unknown,
  waits: boolean,
  { telemetry, log }: OpeningParts,
): void {
  const what = waits
    ? 'it is tried again, and what is collected for it waits'
    : 'its streams are not collected, the others go on';
  const message = `The output ${name} cannot be opened; ${what}. ${describeError(error)}`;
  const code = error instanceof OperatorError ? error.code : undefined;
  const needsOperator = !(waits && mayMendItself(error));
  telemetry.report({ kind: 'output', name }, { health: 'failed', message, code, needsOperator });
  log[needsOperator ? 'error' : 'warn']({ error: { code } }, message);
}

function reportOpened({ name }: OutputPolicy, { telemetry, log }: OpeningParts): void {
  const message = `The output ${name} is open now; its streams deliver.`;
  telemetry.report({ kind: 'output', name }, { health: 'healthy', message });
  log.warn({}, message);
}
