// What an operator sees for one content type, put together from what its parts know: the subscription, the listing, the
// content. The worst of them is shown, and said only when it changes.

import type { Health, Logger, Scope, ScopeReport, Telemetry } from '../../contract.ts';

export type Aspect =
  | 'tenant'
  | 'requests'
  | 'credential'
  | 'clock'
  | 'subscription'
  | 'listing'
  | 'history'
  | 'content'
  | 'loss'
  | 'gap';

const bySeverity: readonly Health[] = ['failed', 'degraded', 'stopped', 'waiting', 'starting', 'healthy'];

export class ScopeStatus {
  readonly #scope: Scope;
  readonly #telemetry: Telemetry;
  readonly #log: Logger;
  readonly #aspects = new Map<Aspect, ScopeReport>();
  #shown: ScopeReport = { health: 'starting', message: '' };

  constructor(scope: Scope, telemetry: Telemetry, log: Logger) {
    this.#scope = scope;
    this.#telemetry = telemetry;
    this.#log = log;
  }

  /** Without a report the aspect has nothing to say; a healthy one counts as having worked. */
  set(aspect: Aspect, report: ScopeReport | undefined): void {
    if (report === undefined) this.#aspects.delete(aspect);
    else this.#aspects.set(aspect, report);
    this.#show();
  }

  #show(): void {
    const worst = this.#worst();
    if (worst.health === this.#shown.health && worst.message === this.#shown.message) return;
    const before = this.#shown;
    this.#shown = worst;
    this.#telemetry.report(this.#scope, worst);
    this.#logChange(before, worst);
  }

  #worst(): ScopeReport {
    for (const health of bySeverity) {
      for (const report of this.#aspects.values()) if (report.health === health) return report;
    }
    return { health: 'starting', message: 'starting' };
  }

  /** Not every count in a message is worth a line: only what is wrong, and that it is over. */
  #logChange(before: ScopeReport, after: ScopeReport): void {
    if (before.health === after.health && before.code === after.code) return;
    const where = this.#scope.contentType === '' ? 'The tenant' : this.#scope.contentType;
    const fields = {
      organization: { id: this.#scope.tenantId },
      m365: { content_type: this.#scope.contentType },
    };
    const wasBad = before.health === 'failed' || before.health === 'degraded';
    if (after.health === 'failed') this.#log.error(fields, `${where}: ${after.message}`);
    else if (after.health === 'degraded') this.#log.warn(fields, `${where}: ${after.message}`);
    else if (wasBad) this.#log.warn(fields, `${where} has recovered: ${after.message}`);
    else if (before.health !== after.health) this.#log.info(fields, `${where}: ${after.message}`);
  }
}
