// Keeps the state in order again and again while a process runs: rows that nobody needs any more are dropped, and the
// leases on what this process works on are renewed.

import type { Clock } from '../contract/clock.ts';
import { describeError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { State } from '../contract/state.ts';
import { hourMs, minuteMs } from '../contract/time.ts';
import type { HeldOutputs } from './held-outputs.ts';

interface HousekeepingParts {
  readonly clock: Clock;
  readonly log: Logger;
}

const pruneEveryMs = 10 * minuteMs;
/** The pause between two steps of many, in which others have their turn. */
const pauseMs = 50;

/** Resolves once the signal has aborted: nobody works on anything by then, and all leases are given back. */
export async function keepState(state: State, parts: HousekeepingParts, signal: AbortSignal): Promise<void> {
  const { work, lease } = state;
  const prune = () => state.prune(parts.clock.now());
  await Promise.all([
    repeat(prune, { ...parts, everyMs: pruneEveryMs, failed: 'The ledger could not be pruned' }, signal),
    repeat(
      () => work.renew(lease),
      { ...parts, everyMs: lease.ms / 3, failed: 'Leases could not be renewed' },
      signal,
    ),
  ]);
  // Nobody waits for it: where the ledger cannot be written, the leases end by themselves.
  work.release(lease.owner).catch(() => undefined);
}

/** The end of a certificate comes nearer while a process runs. Resolves once the signal has aborted. */
export async function watchCertificates(
  outputs: Pick<HeldOutputs, 'warnOfCertificates'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    outputs.warnOfCertificates();
    await clock.sleep(hourMs, signal).catch(() => undefined);
  }
}

interface Repetition extends HousekeepingParts {
  readonly everyMs: number;
  readonly failed: string;
}

/** `step` says true while more is left. */
async function repeat(
  step: () => Promise<boolean>,
  { clock, log, everyMs, failed }: Repetition,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await step())) await clock.sleep(pauseMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({}, `${failed}: ${describeError(error)}`);
    }
    await clock.sleep(everyMs, signal).catch(() => undefined);
  }
}
