// The state of one feed as an operator sees it, put together from whatever is known of it, such as its listing and its
// content. The worst of them is shown, and logged only when it changes.

import { isFeed, type StreamComponent } from '../../contract/component.ts';
import type { Feed } from '../../contract/feed.ts';
import type { Logger } from '../../contract/logger.ts';
import { type Report, type Telemetry, worstReport } from '../../contract/telemetry.ts';

export type Aspect =
  | 'tenant'
  | 'requests'
  | 'credential'
  | 'clock'
  | 'subscription'
  | 'listing'
  | 'history'
  | 'content'
  | 'late'
  | 'loss'
  | 'refused'
  | 'gap'
  | 'reading'
  | 'stability'
  | 'warning';

interface AspectReport extends Report {
  /** It is shown, and logged where it belongs: with the tenant. */
  readonly isTenants?: boolean;
}

export class FeedStatus {
  readonly #feed: Feed | StreamComponent;
  readonly #telemetry: Telemetry;
  readonly #log: Logger;
  readonly #aspects = new Map<Aspect, AspectReport>();
  #shown: Report = { health: 'starting', message: '' };
  #logged: Report = this.#shown;

  constructor(feed: Feed | StreamComponent, telemetry: Telemetry, log: Logger) {
    this.#feed = feed;
    this.#telemetry = telemetry;
    this.#log = log;
  }

  /** An aspect without a report has nothing to say; a healthy one counts as having worked. */
  set(aspect: Aspect, report: AspectReport | undefined): void {
    if (report === undefined) this.#aspects.delete(aspect);
    else this.#aspects.set(aspect, report);
    this.#show();
  }

  #show(): void {
    const worst = this.#worst();
    if (worst.health === this.#shown.health && worst.message === this.#shown.message) return;
    this.#shown = worst;
    const { health, message, code, needsOperator } = worst;
    this.#telemetry.report(this.#feed, { health, message, code, needsOperator });
    if (worst.isTenants) return;
    this.#logChange(this.#logged, worst);
    this.#logged = worst;
  }

  #worst(): AspectReport {
    const late = this.#aspects.get('late');
    const others = [...this.#aspects.values()].filter((report) => report !== late);
    const worst = worstReport(late === undefined ? others : [...others, late]);
    if (worst === undefined) return { health: 'starting', message: 'starting' };
    if (late === undefined || worst === late) return worst;
    // Being late follows from something else, which has a code of its own.
    return { ...worst, message: `${worst.message} ${late.message}` };
  }

  /** A change is logged only where something is wrong, or is over: not every count in a message is worth a line. */
  #logChange(before: Report, after: Report): void {
    if (before.health === after.health && before.code === after.code) return;
    const name = isFeed(this.#feed) ? this.#feed.name : undefined;
    const where = name ?? 'The tenant';
    const fields = { organization: { id: this.#feed.tenant }, m365: { content_type: name ?? '' } };
    const wasBad = before.health === 'failed' || before.health === 'degraded';
    if (after.health === 'failed') this.#log.error(fields, `${where}: ${after.message}`);
    else if (after.health === 'degraded') this.#log.warn(fields, `${where}: ${after.message}`);
    else if (wasBad) this.#log.warn(fields, `${where} has recovered: ${after.message}`);
    else if (before.health !== after.health) this.#log.info(fields, `${where}: ${after.message}`);
  }
}
