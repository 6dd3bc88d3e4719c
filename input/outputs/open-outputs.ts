// Opens the outputs of a policy. One that cannot be opened keeps only its own streams waiting, not those that deliver
// elsewhere; where there is no other, there is nothing to wait for.

import type { Clock } from '../clock.ts';
import type { Logger, Output } from '../contract.ts';
import { describeError, OperatorError } from '../errors.ts';
import type { OutputPolicy } from '../settings/output-policy.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { PatientOutput } from './patient-output.ts';

export interface OpeningParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly telemetry: Pick<Telemetry, 'report'>;
  readonly log: Logger;
  readonly create: (policy: OutputPolicy) => Output;
  /** False in a run that collects once: it does not wait for an output either. */
  readonly mayWait: boolean;
}

export interface OpenedOutputs {
  /** Also of an output that could not be opened; to write to it then waits, or fails where waiting cannot help. */
  readonly outputs: ReadonlyMap<OutputPolicy, Output>;
  /** Why an output can never be written to, at least not in this run. */
  readonly failures: ReadonlyMap<OutputPolicy, unknown>;
}

/** Rejects with the first failure when no output could be opened, or when the signal aborts. */
export async function openOutputs(
  policies: readonly OutputPolicy[],
  parts: OpeningParts,
  signal: AbortSignal,
): Promise<OpenedOutputs> {
  const outputs = new Map<OutputPolicy, Output>();
  const failures = new Map<OutputPolicy, unknown>();
  for (const policy of policies) outputs.set(policy, parts.create(policy));
  const opening = [...outputs].map(([policy, output]) =>
    output.open(signal).catch((error: unknown) => failures.set(policy, error)),
  );
  await Promise.all(opening);
  if (signal.aborted || (failures.size > 0 && failures.size === outputs.size)) {
    for (const [policy, output] of outputs) if (!failures.has(policy)) await output.close();
    throw [...failures.values()][0] ?? signal.reason;
  }
  for (const [policy, error] of failures) {
    const waits = parts.mayWait && error instanceof OperatorError && error.retry.kind === 'later';
    report(policy, error, waits, parts);
    if (!waits) continue;
    failures.delete(policy);
    outputs.set(
      policy,
      new PatientOutput(parts.create(policy), { ...parts, onOpen: () => recover(policy, parts) }),
    );
  }
  return { outputs, failures };
}

function report(
  { name }: OutputPolicy,
  error: unknown,
  waits: boolean,
  { telemetry, log }: OpeningParts,
): void {
  const what = waits
    ? 'its streams wait, the others go on'
    : 'its streams are not collected, the others go on';
  const message = `The output ${name} cannot be opened; ${what}. ${describeError(error)}`;
  const code = error instanceof OperatorError ? error.code : undefined;
  telemetry.report({ tenantId: '', contentType: name }, { health: 'failed', message, code });
  log.error({ error: { code } }, message);
}

function recover({ name }: OutputPolicy, { telemetry, log }: OpeningParts): void {
  const message = `The output ${name} is open now; its streams deliver.`;
  telemetry.report({ tenantId: '', contentType: name }, { health: 'healthy', message });
  log.warn({}, message);
}
