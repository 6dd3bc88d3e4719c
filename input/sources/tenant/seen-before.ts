// Tells which records an earlier process may have delivered without the ledger knowing.

import type { ClockSkew } from '../../http/clock-skew.ts';
import type { OpeningEnvironment } from '../source-kind.ts';

/** Our clock and Microsoft's may differ by this much without being noticed. */
const clockToleranceMs = 60_000;

interface StartedStream {
  readonly environment: Pick<OpeningEnvironment, 'uncleanStart'>;
  readonly startedAt: number;
  readonly skew: ClockSkew;
}

/**
 * After an unclean end that is true of whatever was made before this start. `madeAt` is in milliseconds since the epoch by
 * Microsoft's clock; NaN, where nobody knows, counts as before.
 */
export function mayHaveBeenSeen({ environment, startedAt, skew }: StartedStream, madeAt: number): boolean {
  if (!environment.uncleanStart) return false;
  return !(madeAt >= startedAt + Math.max(0, skew.ms) + clockToleranceMs);
}
