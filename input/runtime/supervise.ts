// Begins a stream again after a pause when it died of an error that nobody foresaw; the ledger knows where it was. The
// caller decides whether that is wanted at all.

import type { Clock } from '../contract/clock.ts';
import type { StreamComponent } from '../contract/component.ts';
import { describeError, OperatorError } from '../contract/errors.ts';
import type { Logger } from '../contract/logger.ts';
import type { Telemetry } from '../contract/telemetry.ts';
import { backOff } from '../http/back-off.ts';
import type { StreamPolicy } from '../settings/policy/policy.ts';

export interface Supervision {
  readonly stream: Pick<StreamPolicy, 'id' | 'definedAt'> & {
    readonly source: Pick<StreamPolicy['source'], 'tenantId' | 'kind'>;
  };
  /** Nothing is begun again once it aborts. */
  readonly stop: AbortSignal;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
}

/** It is told the tenant's GUID, once it is known. */
export type FoundTenant = (tenantId: string) => void;

/** One that ran for longer than the longest pause begins with the shortest again. */
const pauses = { firstMs: 5_000, mostMs: 600_000 };

/**
 * Resolves when `run` does. Rejects with what it threw where trying again cannot help, or when it is stopped before it
 * has begun again. Each `run` must have let go of everything when it rejects.
 */
export async function superviseStream(
  run: (foundTenant: FoundTenant) => Promise<void>,
  options: Supervision,
): Promise<void> {
  const { stream, stop, clock, random } = options;
  const reporter = new StreamReporter(stream.source.tenantId, options);
  for (let deaths = 0; ; ) {
    const begunAt = clock.now();
    try {
      return await run((tenantId) => reporter.foundTenant(tenantId));
    } catch (error) {
      if (stop.aborted || isFinal(error)) throw error;
      deaths = clock.now() - begunAt > pauses.mostMs ? 1 : deaths + 1;
      const waitMs = backOff(deaths - 1, pauses, random);
      reporter.reportDeath(error, clock.now() + waitMs);
      await clock.sleep(waitMs, stop).catch(() => {
        throw error;
      });
      reporter.reportRestart(error);
    }
  }
}

const isFinal = (error: unknown): boolean => error instanceof OperatorError && error.retry.kind === 'never';

const code = 'stream-died';

const messageOf = (error: unknown): string => describeError(error).replace(/\.$/, '');

/** Reports the end and the restart of a stream, under the name that the tenant is known by. */
class StreamReporter {
  readonly #options: Supervision;
  #component: StreamComponent;

  constructor(tenantId: string, options: Supervision) {
    this.#options = options;
    this.#component = { kind: 'stream', tenant: tenantId, source: options.stream.source.kind };
  }

  foundTenant(tenantId: string): void {
    const { telemetry } = this.#options;
    const known = this.#component;
    if (known.tenant === tenantId) return;
    this.#component = { ...known, tenant: tenantId };
    if (telemetry.reportOf?.(known))
      telemetry.report(known, { health: 'stopped', message: `found as ${tenantId}` });
  }

  reportDeath(error: unknown, againAt: number): void {
    const { telemetry, log, stream } = this.#options;
    const time = new Date(againAt).toISOString().slice(11, 19);
    const message = `Collecting ended by an error that nobody foresaw: ${messageOf(error)}. It begins again at ${time} UTC where it was; nothing is lost. Please report it, with the stack trace that log level debug shows.`;
    telemetry.count(this.#component, 'stream_restarts');
    telemetry.report(this.#component, { health: 'failed', code, message, needsOperator: false });
    const stack = error instanceof Error ? error.stack : undefined;
    const fields = { error: { code, message: describeError(error), stack_trace: stack } };
    log.error({ ...fields, m365: { stream: stream.id } }, `${stream.definedAt}: ${message}`);
  }

  reportRestart(error: unknown): void {
    const { telemetry, log, stream } = this.#options;
    const message = `Collecting has begun again after an error that nobody foresaw: ${messageOf(error)}.`;
    telemetry.report(this.#component, { health: 'starting', message });
    telemetry.showNotice?.(this.#component, { health: 'degraded', code, message });
    log.warn({ m365: { stream: stream.id } }, `${stream.definedAt}: ${message}`);
  }
}
