// A gate that closes while the tenant as a whole cannot be asked (no token, no network), so that not every feed finds
// this out by itself.

import type { Clock } from '../../contract/clock.ts';
import { describeError, OperatorError } from '../../contract/errors.ts';
import type { Report } from '../../contract/telemetry.ts';
import { backOff } from '../../http/back-off.ts';
import { HttpError } from '../../http/exchange.ts';
import { NetworkError } from '../../http/network-failure.ts';

export interface TenantGateOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** True of an error after which the next request to the tenant would fail the same way, whatever it asks. */
  readonly isTenantWide: (error: OperatorError) => boolean;
  readonly report: (report: Report) => void;
  /** A run with `once` gives up after this many failures in a row, or at once when only a person can help. */
  readonly patience: number | undefined;
  /** It is also called for failures that can never pass. */
  readonly onGiveUp: (error: OperatorError) => void;
}

const firstMs = 2000;
const mostMs = 300_000;
/** Errors that ask for such a pause wait for a person. */
const personMs = 60_000;

export class TenantGate {
  readonly #options: TenantGateOptions;
  #failures = 0;
  #known = false;
  #closedAt = -1;
  #opensAt = 0;

  constructor(options: TenantGateOptions) {
    this.#options = options;
  }

  /** The time in milliseconds since the epoch; in the past while the gate is open. */
  get opensAt(): number {
    return this.#opensAt;
  }

  /** Resolves when the tenant may be asked, with a ticket that says since when. */
  async pass(signal: AbortSignal): Promise<number> {
    for (;;) {
      const now = this.#options.clock.now();
      if (now >= this.#opensAt) return now;
      await this.#options.clock.sleep(this.#opensAt - now, signal);
    }
  }

  /** Opens the gate again, when the request that succeeded had passed it after it closed. */
  succeeded(ticket: number): void {
    if ((this.#known && this.#failures === 0) || ticket <= this.#closedAt) return;
    this.#known = true;
    this.#failures = 0;
    this.#opensAt = 0;
    this.#options.report({ health: 'healthy', message: 'reachable' });
  }

  /** True when the error concerns the tenant as a whole; then the gate closes, unless it did since the ticket. */
  failed(ticket: number, error: unknown): boolean {
    if (!(error instanceof OperatorError) || !this.#options.isTenantWide(error)) return false;
    if (ticket <= this.#closedAt) return true;
    const { clock, random, report, patience, onGiveUp } = this.#options;
    const afterMs = error.retry.kind === 'later' ? (error.retry.afterMs ?? 0) : mostMs;
    this.#closedAt = clock.now();
    this.#opensAt = this.#closedAt + Math.max(afterMs, backOff(this.#failures, { firstMs, mostMs }, random));
    this.#failures += 1;
    const { code } = error;
    report({ health: 'failed', message: describeError(error), code, needsOperator: !mayPass(error) });
    const inVain = patience !== undefined && (this.#failures >= patience || afterMs >= personMs);
    if (inVain || error.retry.kind === 'never') onGiveUp(error);
    return true;
  }
}

/** Returns true where nobody answers, or somebody who has troubles of his own; settings and permissions stay as they are. */
function mayPass(error: OperatorError): boolean {
  return error instanceof NetworkError || (error.cause instanceof HttpError && !error.needsOperator);
}

/** Tells it of the errors that no API has words of its own for. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof NetworkError) return error.unreachable;
  return error instanceof OperatorError && !perRequest.has(error.code) && !error.code.startsWith('http-');
}

/** Error codes that say nothing about the next request. */
const perRequest = new Set([
  'answer-too-large',
  'truncated-body',
  'malformed-body',
  'not-records',
  'broken-page',
  'slow-body',
  'next-page-refused',
  'content-address-refused',
  'endless-listing',
]);
