// Says once what is wrong with a data stream, once when it is something else, and once when it works again.

import type { Clock } from '../../contract/clock.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import type { Failure } from './errors/failure.ts';

export interface HealthEnvironment {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry?: Pick<Telemetry, 'report'> | undefined;
}

interface Trouble {
  readonly code: string;
  readonly since: number;
  /** What fails: the data stream works again when none of these does. */
  readonly of: ReadonlySet<unknown>;
}

export function reportHealth({ clock, log, telemetry }: HealthEnvironment) {
  const troubles = new Map<string, Trouble>();

  const fell = (dataStream: string, failure: Failure, lane: unknown): void => {
    const known = troubles.get(dataStream);
    const of = new Set(known?.of).add(lane);
    troubles.set(dataStream, { code: failure.code, since: known?.since ?? clock.now(), of });
    if (known?.code === failure.code) return;
    const message = `${failure.message} ${failure.advice}`;
    telemetry?.report(componentOf(dataStream), { health: 'degraded', message, code: failure.code });
    const level = failure.needsOperator ? 'error' : 'warn';
    log[level]({ event: { action: 'output-degraded' }, error: { code: failure.code } }, message);
  };

  const recovered = (dataStream: string, lane: unknown): void => {
    const known = troubles.get(dataStream);
    if (!known?.of.has(lane)) return;
    const of = known.of.difference(new Set([lane]));
    troubles.set(dataStream, { ...known, of });
    if (of.size > 0) return;
    troubles.delete(dataStream);
    const seconds = Math.round((clock.now() - known.since) / 1000);
    const message = `${dataStream} takes documents again, after ${seconds} s.`;
    telemetry?.report(componentOf(dataStream), { health: 'healthy', message });
    log.warn({ event: { action: 'output-recovered' } }, message);
  };

  /** `failure` is undefined when a request of this lane went through. */
  return (dataStream: string, failure: Failure | undefined, lane: unknown): void => {
    if (failure) fell(dataStream, failure, lane);
    else recovered(dataStream, lane);
  };
}

function componentOf(name: string) {
  return { kind: 'data_stream', name } as const;
}
