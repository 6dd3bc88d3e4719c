// Sees to it that every wanted content type has an enabled subscription, without asking for a start more often than
// Microsoft allows: the list is read first, and the cool-down is remembered in the checkpoints.

import { describeError, OperatorError, waitAskedBy } from '../../../contract/errors.ts';
import { hourMs, isoTime, minuteMs } from '../../../contract/time.ts';
import { hostOf } from '../../../http/exchange.ts';
import { clockTime } from '../../tenant/clock-time.ts';
import { isThrottling, type Subscription } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';
import { isTenantWide } from '../api/tenant-wide.ts';
import { type ContentFeed, facts, type Stream, wholeStream } from '../stream.ts';

const coolDownMs = 15 * minuteMs;
/** Microsoft may take so long from the start of a subscription to its first content. */
const firstContentMs = 12 * hourMs;
const dlp = { contentType: 'DLP.All', role: 'ActivityFeed.ReadDlp' };

const noContent =
  'Twelve hours after the subscription was started Microsoft has listed nothing, of no content type. Check that audit log search is on (Purview > Audit) and that the tenant has licences.';

type SubscriptionState = 'unknown' | 'enabled' | 'not enabled';

export class Subscriptions {
  readonly #stream: Stream;
  readonly #feeds: readonly ContentFeed[];
  readonly #states = new Map<string, SubscriptionState>();
  readonly #refusedUntil = new Map<string, number>();
  readonly #webhooks = new Set<string>();
  /** Said to be missing or disabled where content was asked for, whatever the list says. */
  readonly #missing = new Set<string>();

  constructor(stream: Stream, feeds: readonly ContentFeed[]) {
    this.#stream = stream;
    this.#feeds = feeds;
  }

  /** Returns true where content may be listed, also while it is not known that it may not. */
  isListable(contentType: string): boolean {
    const state = this.#states.get(contentType) ?? 'unknown';
    return state !== 'not enabled';
  }

  get allEnabled(): boolean {
    return this.#feeds.every(({ name }) => this.#states.get(name) === 'enabled');
  }

  /** The API says that there is no enabled subscription after all. */
  onMissing(contentType: string): void {
    this.#states.set(contentType, 'unknown');
    this.#missing.add(contentType);
  }

  /** Content could be asked for. */
  onListed(contentType: string): void {
    this.#missing.delete(contentType);
  }

  /** The wait for the first content is over. */
  onContent(feed: ContentFeed): void {
    if (this.#states.get(feed.name) === 'enabled') feed.status.set('subscription', undefined);
  }

  /** Rejects only with what concerns the tenant as a whole, or the listing of subscriptions. */
  async check(signal: AbortSignal): Promise<void> {
    const [first] = this.#feeds;
    if (first === undefined) return;
    const tenant = wholeStream(first.tenant);
    const listed = await this.#stream.api.listSubscriptions(tenant, signal);
    for (const feed of this.#feeds) {
      const found = listed.find(({ contentType }) => same(contentType, feed.name));
      this.#logWebhook(feed, found?.webhook);
      await this.#see(feed, found, signal);
    }
  }

  /** This collector never sets one up: a sign of another program on the same subscription. */
  #logWebhook({ name }: ContentFeed, address: string | undefined): void {
    if (address === undefined || this.#webhooks.has(name)) return;
    this.#webhooks.add(name);
    this.#stream.environment.log.info(
      { m365: { content_type: name } },
      `${name}: another program has its content announced to ${hostOf(address)}. Both get everything; the request budget is shared.`,
    );
  }

  async #see(feed: ContentFeed, found: Subscription | undefined, signal: AbortSignal): Promise<void> {
    if (this.#lacksDlpRole(feed)) return this.#notPermitted(feed);
    if (found !== undefined && found.enabled !== false) {
      await this.#enabled(feed);
      return this.#missing.has(feed.name) ? this.#startAgain(feed, signal) : undefined;
    }
    this.#states.set(feed.name, 'not enabled');
    if (this.#stream.environment.clock.now() < (this.#refusedUntil.get(feed.name) ?? 0)) return;
    await this.#start(feed, signal);
  }

  async #enabled(feed: ContentFeed): Promise<void> {
    this.#states.set(feed.name, 'enabled');
    feed.status.set('subscription', await this.#waiting(feed));
  }

  async #waiting(feed: ContentFeed) {
    const { checkpoints, clock } = this.#stream.environment;
    const startedAt = Date.parse((await checkpoints.get(feed, facts.subscriptionStartedAt)) ?? '');
    if (Number.isNaN(startedAt) || (await checkpoints.get(feed, facts.contentSeenAt)) !== undefined)
      return undefined;
    const age = clock.now() - startedAt;
    if (age < firstContentMs) {
      const message = `waiting for Microsoft, up to 12 h, since ${clockTime(startedAt)}`;
      return { health: 'waiting' as const, message };
    }
    const anyContent = await this.#anyContent();
    return anyContent
      ? {
          health: 'healthy' as const,
          message: 'subscribed; Microsoft has listed no content of this type yet',
        }
      : { health: 'degraded' as const, code: 'no-content', message: noContent };
  }

  async #anyContent(): Promise<boolean> {
    const { checkpoints } = this.#stream.environment;
    const seen = await Promise.all(this.#feeds.map((feed) => checkpoints.get(feed, facts.contentSeenAt)));
    return seen.some((time) => time !== undefined);
  }

  /**
   * The list may say "enabled" for hours after a stop and a start, while content is refused; another start mends it.
   */
  async #startAgain(feed: ContentFeed, signal: AbortSignal): Promise<void> {
    const { checkpoints, clock, log } = this.#stream.environment;
    const now = clock.now();
    const notBefore = Date.parse((await checkpoints.get(feed, facts.nextStartAt)) ?? '');
    if (now < notBefore && notBefore <= now + coolDownMs) return;
    await checkpoints.set(feed, facts.nextStartAt, isoTime(now + coolDownMs));
    try {
      await this.#stream.api.startSubscription(feed, signal);
    } catch (error) {
      return this.#startFailed(feed, error);
    }
    log.info(
      { m365: { content_type: feed.name } },
      `${feed.name}: the subscription was started again, since content was refused although it is listed as enabled.`,
    );
  }

  async #start(feed: ContentFeed, signal: AbortSignal): Promise<void> {
    const { checkpoints, clock, log } = this.#stream.environment;
    const now = clock.now();
    const notBefore = Date.parse((await checkpoints.get(feed, facts.nextStartAt)) ?? '');
    if (now < notBefore && notBefore <= now + coolDownMs) return this.#coolDown(feed, notBefore);
    // The time is written first: a start whose answer never arrives counts for Microsoft too.
    await checkpoints.set(feed, facts.nextStartAt, isoTime(now + coolDownMs));
    try {
      await this.#stream.api.startSubscription(feed, signal);
    } catch (error) {
      return this.#startFailed(feed, error);
    }
    await checkpoints.set(feed, facts.subscriptionStartedAt, isoTime(now));
    log.info({ m365: { content_type: feed.name } }, `${feed.name}: the subscription was started.`);
    await this.#enabled(feed);
  }

  async #startFailed(feed: ContentFeed, error: unknown): Promise<void> {
    const { checkpoints, clock } = this.#stream.environment;
    if (!(error instanceof OperatorError) || isTenantWide(error) || isThrottling(error)) throw error;
    if (error.code === 'AF10001' && feed.name === dlp.contentType) {
      this.#refusedUntil.set(feed.name, clock.now() + hourMs);
      this.#notPermitted(feed);
      return;
    }
    const asked = waitAskedBy(error);
    const next =
      clock.now() +
      (error.code === 'start-cool-down' ? (asked ?? coolDownMs) : Math.max(asked ?? 0, coolDownMs));
    await checkpoints.set(feed, facts.nextStartAt, isoTime(next));
    if (error.code === 'start-cool-down') {
      this.#coolDown(feed, next);
      return;
    }
    this.#refusedUntil.set(feed.name, next);
    const insight =
      error instanceof ApiError && isRefusal(error.status) ? ` ${this.#stream.credentials.description}` : '';
    const message = `The subscription cannot be started: ${describeError(error)}${insight} The next attempt is at ${clockTime(next)}.`;
    feed.status.set('subscription', { health: 'failed', message, code: error.code });
  }

  #coolDown(feed: ContentFeed, until: number): void {
    const message = `The subscription is not enabled. Microsoft allows the next start at ${clockTime(until)}; it is tried then.`;
    feed.status.set('subscription', { health: 'degraded', message, code: 'start-cool-down' });
  }

  #lacksDlpRole(feed: ContentFeed): boolean {
    const roles = this.#stream.credentials.roles;
    return feed.name === dlp.contentType && roles !== undefined && !roles.includes(dlp.role);
  }

  /** Looked at again with each check by the token's roles; where these cannot be read, a start is tried every hour. */
  #notPermitted(feed: ContentFeed): void {
    this.#states.set(feed.name, 'not enabled');
    const message = `not permitted (optional): the application has no ${dlp.role}. To collect it, add that application permission and grant admin consent; else remove ${dlp.contentType} from content_types.`;
    feed.status.set('subscription', { health: 'stopped', message, code: 'not-permitted' });
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

const isRefusal = (status: number) => status === 401 || status === 403;
