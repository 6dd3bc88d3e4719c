// Reports inputs whose package is too old, for as long as they are: the collector goes on, and somebody has to upgrade.

import type { Logger } from '../contract/logger.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import type { OutdatedInput } from '../settings/policy/policy.ts';

interface Listeners {
  readonly telemetry: Pick<Telemetry, 'report'>;
  readonly log: Pick<Logger, 'warn'>;
}

export const describeOutdated = ({ message, advice }: Pick<OutdatedInput, 'message' | 'advice'>): string =>
  `${message} ${advice}`;

/** Returns what is reported now. */
export function reportOutdated(
  before: readonly OutdatedInput[],
  now: readonly OutdatedInput[],
  { telemetry, log }: Listeners,
): readonly OutdatedInput[] {
  for (const { input } of before)
    if (!now.some((each) => each.input === input))
      telemetry.report({ kind: 'input', name: input }, { health: 'healthy', message: '' });
  for (const { input, ...said } of now) {
    const message = describeOutdated(said);
    const report = { health: 'degraded', message, code: 'package-too-old' } as const;
    telemetry.report({ kind: 'input', name: input }, report);
    if (!before.some((each) => each.input === input && each.message === said.message))
      log.warn({ error: { code: report.code }, m365: { input } }, message);
  }
  return now;
}
