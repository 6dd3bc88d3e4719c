// What an operator sees for one content type, put together from what its parts know: the subscription, the listing, the
// content. The worst of them is shown, and said only when it changes.

import type { Logger } from '../../contract/contract.ts';
import type { Scope } from '../../contract/scope.ts';
import type { Health, ScopeReport, Telemetry } from '../../contract/telemetry.ts';

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
  | 'refused'
  | 'gap';

interface AspectReport extends ScopeReport {
  /** It is shown, and logged where it belongs: with the tenant. */
  readonly isTenants?: boolean;
}

const bySeverity: readonly Health[] = ['failed', 'degraded', 'stopped', 'waiting', 'starting', 'healthy'];

export class ScopeStatus {
  readonly #scope: Scope;
  readonly #telemetry: Telemetry;
  readonly #log: Logger;
  readonly #aspects = new Map<Aspect, AspectReport>();
  #shown: ScopeReport = { health: 'starting', message: '' };
  #logged: ScopeReport = this.#shown;

  constructor(scope: Scope, telemetry: Telemetry, log: Logger) {
    this.#scope = scope;
    this.#telemetry = telemetry;
    this.#log = log;
  }

  /** Without a report the aspect has nothing to say; a healthy one counts as having worked. */
  set(aspect: Aspect, report: AspectReport | undefined): void {
    if (report === undefined) this.#aspects.delete(aspect);
    else this.#aspects.set(aspect, report);
    this.#show();
  }

  #show(): void {
    const worst = this.#worst();
    if (worst.health === this.#shown.health && worst.message === this.#shown.message) return;
    this.#shown = worst;
    const { health, message, code } = worst;
    this.#telemetry.report(this.#scope, { health, message, code });
    if (worst.isTenants) return;
    this.#logChange(this.#logged, worst);
    this.#logged = worst;
  }

  #worst(): AspectReport {
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
