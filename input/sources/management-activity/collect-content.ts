// The loops of one tenant: subscriptions are watched, each content type is listed at its head and in the background, and
// what is listed is downloaded. A failure in one of them is reported and tried again; it stops none of the others.

import type { Batch, ScopeReport } from '../../contract.ts';
import { describeError, OperatorError } from '../../errors.ts';
import { backOff } from '../../http/back-off.ts';
import { ApiError } from './api-error.ts';
import { Downloads } from './downloads.ts';
import { ContentListing } from './listing.ts';
import { ScopeStatus } from './scope-status.ts';
import { type ContentScope, clockTime, type Stream } from './stream.ts';
import { Subscriptions } from './subscriptions.ts';
import { WakeableSleep } from './wakeable-sleep.ts';

const minute = 60_000;
const subscriptionsEveryMs = 5 * minute;
const onceAttempts = 4;

export async function collectContent(
  stream: Stream,
  tenantId: string,
  emit: (batch: Batch) => void,
  signal: AbortSignal,
): Promise<void> {
  const { telemetry, log } = stream.environment;
  const scopes = stream.options.contentTypes.map((contentType): ContentScope => {
    const scope = { tenantId, contentType };
    return { ...scope, status: new ScopeStatus(scope, telemetry, log) };
  });
  const downloads = new Downloads(stream, scopes, emit);
  const loops = new TenantLoops(stream, scopes, downloads);
  await (stream.options.once ? loops.runOnce(signal) : loops.runForever(signal));
}

class TenantLoops {
  readonly #stream: Stream;
  readonly #scopes: readonly ContentScope[];
  readonly #downloads: Downloads;
  readonly #subscriptions: Subscriptions;
  readonly #subscriptionNews: WakeableSleep;

  constructor(stream: Stream, scopes: readonly ContentScope[], downloads: Downloads) {
    this.#stream = stream;
    this.#scopes = scopes;
    this.#downloads = downloads;
    this.#subscriptions = new Subscriptions(stream, scopes);
    this.#subscriptionNews = new WakeableSleep(stream.environment.clock);
  }

  async runForever(signal: AbortSignal): Promise<void> {
    await this.#checkSubscriptions(signal);
    await Promise.all([
      this.#watchSubscriptions(signal),
      this.#downloads.run(signal),
      ...this.#scopes.map((scope) => this.#follow(scope, signal)),
    ]);
  }

  async runOnce(signal: AbortSignal): Promise<void> {
    const listing = async () => {
      for (let attempt = 1; !(await this.#checkSubscriptions(signal)) && attempt < onceAttempts; attempt++);
      await Promise.all(this.#scopes.map((scope) => this.#listOnce(scope, signal)));
      this.#downloads.noticeListingDone();
    };
    await Promise.all([listing(), this.#downloads.run(signal)]);
  }

  async #watchSubscriptions(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const every = this.#subscriptions.allEnabled ? subscriptionsEveryMs : this.#stream.options.intervalMs;
      await this.#subscriptionNews.sleep(every, signal);
      if (!signal.aborted) await this.#checkSubscriptions(signal);
    }
  }

  /** True when the subscriptions could be looked at. */
  async #checkSubscriptions(signal: AbortSignal): Promise<boolean> {
    const ticket = await this.#stream.gate.pass(signal);
    try {
      await this.#subscriptions.check(signal);
      this.#stream.gate.succeeded();
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!this.#stream.gate.failed(ticket, error)) {
        for (const { status } of this.#scopes)
          status.set('subscription', reportOf('Subscriptions cannot be read', error));
      }
      return false;
    }
  }

  async #follow(scope: ContentScope, signal: AbortSignal): Promise<void> {
    const listing = await this.#openListing(scope);
    await Promise.all([
      this.#followHead(scope, listing, signal),
      this.#followBackground(scope, listing, signal),
    ]);
  }

  async #openListing(scope: ContentScope): Promise<ContentListing> {
    const onNew = () => this.#downloads.noticeListed(scope.contentType);
    const listing = new ContentListing(this.#stream, scope, { onNew });
    await listing.open();
    return listing;
  }

  async #followHead(scope: ContentScope, listing: ContentListing, signal: AbortSignal): Promise<void> {
    const { clock } = this.#stream.environment;
    while (!signal.aborted) {
      const startedAt = clock.now();
      const failure = await this.#attempt(scope, signal, () => listing.poll(signal));
      const wait = startedAt + this.#stream.options.intervalMs - clock.now();
      await clock.sleep(Math.max(wait, failure?.waitMs ?? 0, 0), signal);
    }
  }

  /** Older windows, one after the other; then re-listings as they fall due. */
  async #followBackground(scope: ContentScope, listing: ContentListing, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#stream.environment;
    let failures = 0;
    while (!signal.aborted) {
      let more = false;
      const failure = await this.#attempt(scope, signal, async () => {
        more = await listing.catchUp(signal);
        if (!more) await listing.relist(signal);
      });
      failures = failure === undefined ? 0 : failures + 1;
      if (more && failures === 0) continue;
      const pause =
        failures === 0 ? minute : backOff(failures, { firstMs: 15_000, mostMs: 5 * minute }, random);
      await clock.sleep(Math.max(pause, failure?.waitMs ?? 0), signal);
    }
  }

  async #listOnce(scope: ContentScope, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#stream.environment;
    const listing = await this.#openListing(scope);
    const everything = async () => {
      await listing.poll(signal);
      while (await listing.catchUp(signal));
      await listing.relist(signal);
    };
    for (let attempt = 0; attempt < onceAttempts; attempt++) {
      const failure = await this.#attempt(scope, signal, everything);
      if (failure === undefined || failure.waitMs > minute) return;
      await clock.sleep(
        Math.max(failure.waitMs, backOff(attempt, { firstMs: 1000, mostMs: 10_000 }, random)),
        signal,
      );
    }
  }

  /** Undefined when it worked, or when there is nothing to do for this content type. */
  async #attempt(
    scope: ContentScope,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<{ waitMs: number } | undefined> {
    const ticket = await this.#stream.gate.pass(signal);
    if (!this.#subscriptions.isListable(scope.contentType)) return undefined;
    try {
      await work();
      this.#stream.gate.succeeded();
      scope.status.set('listing', { health: 'healthy', message: 'collecting' });
      return undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      const waitMs =
        error instanceof OperatorError && error.retry.kind === 'later' ? (error.retry.afterMs ?? 0) : 0;
      this.#notice(scope, error, ticket);
      return { waitMs };
    }
  }

  #notice(scope: ContentScope, error: unknown, ticket: number): void {
    scope.status.set('listing', reportOf('Content cannot be listed', error));
    if (this.#stream.gate.failed(ticket, error)) return;
    if (error instanceof ApiError && error.entry?.effect === 'start subscription') {
      this.#subscriptions.noticeMissing(scope.contentType);
      this.#subscriptionNews.wake();
    }
    if (error instanceof ApiError && error.entry?.effect === 'clamp window') this.#explainClock(scope, error);
  }

  #explainClock(scope: ContentScope, error: ApiError): void {
    const minutes = Math.round(this.#stream.skew.ms / minute);
    if (minutes === 0) return;
    const { clock } = this.#stream.environment;
    const message = `The clock of this machine is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'behind' : 'ahead of'} Microsoft's (it says ${clockTime(clock.now())}); windows follow Microsoft's. Set the clock (NTP).`;
    scope.status.set('listing', { health: 'degraded', message, code: error.code });
  }
}

function reportOf(what: string, error: unknown): ScopeReport {
  const fatal =
    error instanceof ApiError &&
    (error.entry?.effect === 'fail tenant' || error.entry?.effect === 'fail content type');
  return {
    health: fatal ? 'failed' : 'degraded',
    message: `${what}: ${describeError(error)}`,
    code: error instanceof OperatorError ? error.code : undefined,
  };
}
