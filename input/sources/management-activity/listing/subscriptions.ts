// Sees to it that every wanted content type has an enabled subscription, without asking for a start more often than
// Microsoft allows: the list is read first, and the cool-down is remembered in the checkpoints.

import { describeError, OperatorError } from '../../../contract/errors.ts';
import { hostOf } from '../../../http/exchange.ts';
import { isThrottling, type Subscription } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';
import { isTenantWide } from '../api/tenant-gate.ts';
import { type ContentScope, clockTime, facts, isoTime, type Stream, wholeStream } from '../stream.ts';

const minute = 60_000;
const hour = 60 * minute;
const coolDownMs = 15 * minute;
/** How long Microsoft may take from the start of a subscription to its first content. */
const firstContentMs = 12 * hour;
const dlp = { contentType: 'DLP.All', role: 'ActivityFeed.ReadDlp' };

const noContent =
  'Twelve hours after the subscription was started Microsoft has listed nothing, of no content type. Check that audit log search is on (Purview > Audit) and that the tenant has licences.';

type State = 'unknown' | 'enabled' | 'not enabled';

export class Subscriptions {
  readonly #stream: Stream;
  readonly #scopes: readonly ContentScope[];
  readonly #states = new Map<string, State>();
  readonly #refusedUntil = new Map<string, number>();
  readonly #webhooks = new Set<string>();
  /** Said to be missing or disabled where content was asked for, whatever the list says. */
  readonly #missing = new Set<string>();

  constructor(stream: Stream, scopes: readonly ContentScope[]) {
    this.#stream = stream;
    this.#scopes = scopes;
  }

  /** Whether content may be listed: also while it is not known that it may not. */
  isListable(contentType: string): boolean {
    const state = this.#states.get(contentType) ?? 'unknown';
    return state !== 'not enabled';
  }

  get allEnabled(): boolean {
    return this.#scopes.every(({ name }) => this.#states.get(name) === 'enabled');
  }

  /** The API says that there is no enabled subscription after all. */
  noticeMissing(contentType: string): void {
    this.#states.set(contentType, 'unknown');
    this.#missing.add(contentType);
  }

  /** Content could be asked for. */
  noticeListed(contentType: string): void {
    this.#missing.delete(contentType);
  }

  /** The wait for the first content is over. */
  noticeContent(scope: ContentScope): void {
    if (this.#states.get(scope.name) === 'enabled') scope.status.set('subscription', undefined);
  }

  /** Rejects only with what concerns the tenant as a whole, or the listing of subscriptions. */
  async check(signal: AbortSignal): Promise<void> {
    const [first] = this.#scopes;
    if (first === undefined) return;
    const tenant = wholeStream(first.tenant);
    const listed = await this.#stream.api.listSubscriptions(tenant, signal);
    for (const scope of this.#scopes) {
      const found = listed.find(({ contentType }) => same(contentType, scope.name));
      this.#noteWebhook(scope, found?.webhook);
      await this.#see(scope, found, signal);
    }
  }

  /** This collector never sets one up: a sign of another program on the same subscription. */
  #noteWebhook({ name }: ContentScope, address: string | undefined): void {
    if (address === undefined || this.#webhooks.has(name)) return;
    this.#webhooks.add(name);
    this.#stream.environment.log.info(
      { m365: { content_type: name } },
      `${name}: another program has its content announced to ${hostOf(address)}. Both get everything; the request budget is shared.`,
    );
  }

  async #see(scope: ContentScope, found: Subscription | undefined, signal: AbortSignal): Promise<void> {
    if (this.#lacksDlpRole(scope)) return this.#notPermitted(scope);
    if (found !== undefined && found.enabled !== false) {
      await this.#enabled(scope);
      return this.#missing.has(scope.name) ? this.#startAgain(scope, signal) : undefined;
    }
    this.#states.set(scope.name, 'not enabled');
    if (this.#stream.environment.clock.now() < (this.#refusedUntil.get(scope.name) ?? 0)) return;
    await this.#start(scope, signal);
  }

  async #enabled(scope: ContentScope): Promise<void> {
    this.#states.set(scope.name, 'enabled');
    scope.status.set('subscription', await this.#waiting(scope));
  }

  async #waiting(scope: ContentScope) {
    const { checkpoints, clock } = this.#stream.environment;
    const startedAt = Date.parse((await checkpoints.get(scope, facts.subscriptionStartedAt)) ?? '');
    if (Number.isNaN(startedAt) || (await checkpoints.get(scope, facts.contentSeenAt)) !== undefined)
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
    const seen = await Promise.all(this.#scopes.map((scope) => checkpoints.get(scope, facts.contentSeenAt)));
    return seen.some((time) => time !== undefined);
  }

  /** After a stop and a start the list may say "enabled" for hours while content is refused; another start mends it. */
  async #startAgain(scope: ContentScope, signal: AbortSignal): Promise<void> {
    const { checkpoints, clock, log } = this.#stream.environment;
    const now = clock.now();
    const notBefore = Date.parse((await checkpoints.get(scope, facts.nextStartAt)) ?? '');
    if (now < notBefore && notBefore <= now + coolDownMs) return;
    await checkpoints.set(scope, facts.nextStartAt, isoTime(now + coolDownMs));
    try {
      await this.#stream.api.startSubscription(scope, signal);
    } catch (error) {
      return this.#startFailed(scope, error);
    }
    log.info(
      { m365: { content_type: scope.name } },
      `${scope.name}: the subscription was started again, since content was refused although it is listed as enabled.`,
    );
  }

  async #start(scope: ContentScope, signal: AbortSignal): Promise<void> {
    const { checkpoints, clock, log } = this.#stream.environment;
    const now = clock.now();
    const notBefore = Date.parse((await checkpoints.get(scope, facts.nextStartAt)) ?? '');
    if (now < notBefore && notBefore <= now + coolDownMs) return this.#coolDown(scope, notBefore);
    // Written first: a start whose answer never arrives counts for Microsoft too.
    await checkpoints.set(scope, facts.nextStartAt, isoTime(now + coolDownMs));
    try {
      await this.#stream.api.startSubscription(scope, signal);
    } catch (error) {
      return this.#startFailed(scope, error);
    }
    await checkpoints.set(scope, facts.subscriptionStartedAt, isoTime(now));
    log.info({ m365: { content_type: scope.name } }, `${scope.name}: the subscription was started.`);
    await this.#enabled(scope);
  }

  async #startFailed(scope: ContentScope, error: unknown): Promise<void> {
    const { checkpoints, clock } = this.#stream.environment;
    if (!(error instanceof OperatorError) || isTenantWide(error) || isThrottling(error)) throw error;
    if (error.code === 'AF10001' && scope.name === dlp.contentType) {
      this.#refusedUntil.set(scope.name, clock.now() + hour);
      this.#notPermitted(scope);
      return;
    }
    const asked = error.retry.kind === 'later' ? error.retry.afterMs : undefined;
    const next =
      clock.now() +
      (error.code === 'start-cool-down' ? (asked ?? coolDownMs) : Math.max(asked ?? 0, coolDownMs));
    await checkpoints.set(scope, facts.nextStartAt, isoTime(next));
    if (error.code === 'start-cool-down') {
      this.#coolDown(scope, next);
      return;
    }
    this.#refusedUntil.set(scope.name, next);
    const insight =
      error instanceof ApiError && isRefusal(error.status) ? ` ${this.#stream.credentials.description}` : '';
    const message = `The subscription cannot be started: ${describeError(error)}${insight} The next attempt is at ${clockTime(next)}.`;
    scope.status.set('subscription', { health: 'failed', message, code: error.code });
  }

  #coolDown(scope: ContentScope, until: number): void {
    const message = `The subscription is not enabled. Microsoft allows the next start at ${clockTime(until)}; it is tried then.`;
    scope.status.set('subscription', { health: 'degraded', message, code: 'start-cool-down' });
  }

  #lacksDlpRole(scope: ContentScope): boolean {
    const roles = this.#stream.credentials.roles;
    return scope.name === dlp.contentType && roles !== undefined && !roles.includes(dlp.role);
  }

  /** Looked at again with each check by the token's roles; where these cannot be read, a start is tried every hour. */
  #notPermitted(scope: ContentScope): void {
    this.#states.set(scope.name, 'not enabled');
    const message = `not permitted (optional): the application has no ${dlp.role}. To collect it, add that application permission and grant admin consent; else remove ${dlp.contentType} from content_types.`;
    scope.status.set('subscription', { health: 'stopped', message, code: 'not-permitted' });
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

const isRefusal = (status: number) => status === 401 || status === 403;
