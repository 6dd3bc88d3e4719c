// Opens the outputs of a policy. One that cannot be opened yet keeps its own streams waiting, as one that fails later
// does; a run ends over it only where waiting cannot help, and there is no other to deliver to.

import type { Clock } from '../contract/clock.ts';
import { afterTries, describeError, mayMendItself, OperatorError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { Output } from '../contract/output.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { backOff } from '../http/back-off.ts';
import type { OutputPolicy } from './output-policy.ts';
import { PatientOutput } from './patient-output.ts';

export interface OpeningParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Pick<Telemetry, 'report'>;
  readonly log: Logger;
  readonly create: (policy: OutputPolicy) => Output;
  /** False in a run that collects once: it waits for an output only for some seconds. */
  readonly mayWait: boolean;
}

export interface OpenedOutputs {
  /** Also of an output that could not be opened; to write to it then waits, or fails where waiting cannot help. */
  readonly outputs: ReadonlyMap<OutputPolicy, Output>;
  /** Why an output can never be written to, at least not in this run. */
  readonly failures: ReadonlyMap<OutputPolicy, unknown>;
}

/** Rejects when no output can be opened before somebody acts, or when the signal aborts. */
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
  for (const [policy, error] of failures) {
    const waits = parts.mayWait && error instanceof OperatorError && error.retry.kind === 'later';
    report(policy, error, waits, parts);
    if (!waits) continue;
    failures.delete(policy);
    outputs.set(policy, waitFor(policy, error, parts));
  }
  return { outputs, failures };
}

const onceAttempts = 4;
const oncePauses = { firstMs: 1000, mostMs: 10_000 };

/** A run that collects once has nothing to collect meanwhile: what passes by itself gets a few tries at once. */
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
      if (attempt === onceAttempts) throw afterTries(error, attempt);
      await clock.sleep(backOff(attempt - 1, oncePauses, random), signal);
    }
  }
}

function endsTheRun(
  { size }: ReadonlyMap<OutputPolicy, Output>,
  failures: ReadonlyMap<OutputPolicy, unknown>,
  { mayWait }: OpeningParts,
): boolean {
  return (
    failures.size > 0 && failures.size === size && !(mayWait && [...failures.values()].some(mayMendItself))
  );
}

function waitFor(policy: OutputPolicy, reason: unknown, parts: OpeningParts): Output {
  return new PatientOutput(parts.create(policy), {
    ...parts,
    reason,
    onOpen: () => recover(policy, parts),
    onOtherReason: (error) => report(policy, error, true, parts),
  });
}

function report(
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
  telemetry.report({ kind: 'output', name }, { health: 'failed', message, code });
  log[mayMendItself(error) && waits ? 'warn' : 'error']({ error: { code } }, message);
}

function recover({ name }: OutputPolicy, { telemetry, log }: OpeningParts): void {
  const message = `The output ${name} is open now; its streams deliver.`;
  telemetry.report({ kind: 'output', name }, { health: 'healthy', message });
  log.warn({}, message);
}
