// Reports the health of data streams: once when a failure begins, once when it is another, once when writing works again.

import type { Clock } from '../../contract/clock.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Telemetry } from '../../contract/telemetry.ts';
import type { ElasticsearchError } from './errors/elasticsearch-error.ts';

export interface HealthReporterParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry?: Pick<Telemetry, 'report'> | undefined;
}

interface Degradation {
  readonly code: string;
  readonly since: number;
  /** The queues whose requests fail: the data stream works again when none of them does. */
  readonly queues: ReadonlySet<unknown>;
}

export function healthReporter({ clock, log, telemetry }: HealthReporterParts) {
  const degradations = new Map<string, Degradation>();

  const reportDegraded = (dataStream: string, failure: ElasticsearchError, queue: unknown): void => {
    const known = degradations.get(dataStream);
    const queues = new Set(known?.queues).add(queue);
    degradations.set(dataStream, { code: failure.code, since: known?.since ?? clock.now(), queues });
    if (known?.code === failure.code) return;
    const message = `${failure.message} ${failure.advice}`;
    const { code, needsOperator } = failure;
    telemetry?.report(componentOf(dataStream), { health: 'degraded', message, code, needsOperator });
    const level = needsOperator ? 'error' : 'warn';
    log[level]({ event: { action: 'output-degraded' }, error: { code: failure.code } }, message);
  };

  const reportRecovered = (dataStream: string, queue: unknown): void => {
    const known = degradations.get(dataStream);
    if (!known?.queues.has(queue)) return;
    const queues = known.queues.difference(new Set([queue]));
    degradations.set(dataStream, { ...known, queues });
    if (queues.size > 0) return;
    degradations.delete(dataStream);
    const seconds = Math.round((clock.now() - known.since) / 1000);
    const message = `${dataStream} takes documents again, after ${seconds} s.`;
    telemetry?.report(componentOf(dataStream), { health: 'healthy', message });
    log.warn({ event: { action: 'output-recovered' } }, message);
  };

  /** Reports the result of a request of a queue; `failure` is undefined when it went through. */
  return (dataStream: string, failure: ElasticsearchError | undefined, queue: unknown): void => {
    if (failure) reportDegraded(dataStream, failure, queue);
    else reportRecovered(dataStream, queue);
  };
}

function componentOf(name: string) {
  return { kind: 'data_stream', name } as const;
}
