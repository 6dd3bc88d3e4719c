// Collects the content of one tenant in several loops: subscriptions are watched, each content type is listed at its
// head and in the background, and listed content is downloaded. A failure in one of them is reported and tried again;
// it stops none of the others.

import { runTogether } from '../../concurrency/run-together.ts';
import { describeError, OperatorError, waitAskedBy } from '../../contract/errors.ts';
import type { Batch } from '../../contract/source.ts';
import type { Report } from '../../contract/telemetry.ts';
import { minuteMs } from '../../contract/time.ts';
import { backOff } from '../../http/back-off.ts';
import { FeedStatus } from '../tenant/feed-status.ts';
import { lookEveryMs } from '../tenant/lateness.ts';
import { warnOfClock, warnOfCredential } from '../tenant/warnings.ts';
import { throttling } from './api/api.ts';
import { ApiError } from './api/api-error.ts';
import { ContentLateness } from './content/content-lateness.ts';
import { Downloads } from './content/downloads.ts';
import { Agenda, type Duty } from './listing/agenda.ts';
import { ContentListing } from './listing/listing.ts';
import { Subscriptions } from './listing/subscriptions.ts';
import type { ContentFeed, Stream } from './stream.ts';
import { feedOf } from './stream.ts';

const subscriptionsEveryMs = 5 * minuteMs;
const onceAttempts = 6;
const backgroundRetry = { firstMs: 15_000, mostMs: 5 * minuteMs };
const onceRetry = { firstMs: 1000, mostMs: 10_000 };

interface Failure {
  /** The wait that the error itself asks for. */
  readonly waitMs: number;
  /** Nobody but a person can help, not in a minute: a run that collects once does not wait for it. */
  readonly inVain: boolean;
  readonly report: Report;
}

/** The two parts of a listing fail and recover by themselves. */
type Part = 'listing' | 'history';

/** The older content of one content type, which is listed beside the polls. */
interface History {
  readonly feed: ContentFeed;
  readonly listing: ContentListing;
  /** Infinite while nothing of it is known to be left. */
  dueAt: number;
  failures: number;
}

/** Ends with the signal; with `once`, when everything that could be had was settled. */
export async function collectContent(
  stream: Stream,
  emit: (batch: Batch) => void,
  signal: AbortSignal,
): Promise<void> {
  const loops = new TenantLoops(stream, emit);
  await (stream.environment.once ? loops.runOnce(signal) : loops.runForever(signal));
}

class TenantLoops {
  readonly #stream: Stream;
  readonly #feeds: readonly ContentFeed[];
  readonly #downloads: Downloads;
  readonly #subscriptions: Subscriptions;
  #checkSoon: () => void = () => {};
  /** The place of this tenant's polls in the interval: from 0 up to 1. */
  readonly #phase: number;

  constructor(stream: Stream, emit: (batch: Batch) => void) {
    const { telemetry, log, random } = stream.environment;
    this.#phase = random();
    this.#stream = stream;
    this.#feeds = stream.options.contentTypes.map((contentType) => {
      const feed = feedOf(stream.tenantId, contentType);
      return { ...feed, status: new FeedStatus(feed, telemetry, log) };
    });
    this.#downloads = new Downloads(stream, this.#feeds, emit);
    this.#subscriptions = new Subscriptions(stream, this.#feeds);
  }

  async runForever(signal: AbortSignal): Promise<void> {
    await this.#checkSubscriptions(signal);
    const { clock } = this.#stream.environment;
    const agenda = new Agenda(clock);
    this.#checkSoon = agenda.add((until) => this.#watchSubscriptions(until), this.#subscriptionsDueAt());
    const lateness = new ContentLateness(this.#stream, (name) => this.#subscriptions.isListable(name));
    agenda.add(() => lateness.look(), clock.now() + this.#phase * lookEveryMs);
    const histories: History[] = [];
    const catchUpSoon = agenda.add(this.#catchUp(histories), Number.POSITIVE_INFINITY);
    for (const feed of this.#feeds) {
      const listing = await this.#openListing(feed);
      const history = { feed, listing, dueAt: Number.POSITIVE_INFINITY, failures: 0 };
      histories.push(history);
      lateness.watch(feed, listing);
      agenda.add(this.#follow(history, catchUpSoon));
    }
    try {
      await runTogether(signal, [(until) => agenda.run(until), (until) => this.#downloads.run(until)]);
    } finally {
      await agenda.settle();
    }
  }

  async runOnce(signal: AbortSignal): Promise<void> {
    await runTogether(signal, [
      (until) => this.#listEverythingOnce(until),
      (until) => this.#downloads.run(until),
    ]);
  }

  async #watchSubscriptions(signal: AbortSignal): Promise<number> {
    await this.#checkSubscriptions(signal);
    return this.#subscriptionsDueAt();
  }

  #subscriptionsDueAt(): number {
    warnOfCredential(this.#stream);
    warnOfClock(this.#stream);
    const { environment, options } = this.#stream;
    return (
      environment.clock.now() + (this.#subscriptions.allEnabled ? subscriptionsEveryMs : options.intervalMs)
    );
  }

  /** Undefined when the subscriptions could be looked at. */
  async #checkSubscriptions(signal: AbortSignal): Promise<Failure | undefined> {
    const ticket = await this.#stream.gate.pass(signal);
    try {
      await this.#stream.environment.shared.requestSemaphore.run(signal, () =>
        this.#subscriptions.check(signal),
      );
      this.#stream.gate.succeeded(ticket);
      return undefined;
    } catch (error) {
      if (signal.aborted) throw error;
      const isTenants = this.#stream.gate.failed(ticket, error);
      const report = { ...this.#reportOf('Subscriptions cannot be read', error), isTenants };
      for (const { status } of this.#feeds) status.set('subscription', report);
      return { report, ...patienceFor(error) };
    }
  }

  async #openListing(feed: ContentFeed): Promise<ContentListing> {
    const onNew = () => this.#downloads.onListed(feed.name);
    const onContent = () => this.#subscriptions.onContent(feed);
    const listing = new ContentListing(this.#stream, feed, { onNew, onContent });
    await listing.open();
    return listing;
  }

  /**
   * Returns the pause between the first poll of a content type and its second one. Content types, and tenants that
   * begin together, are spread over the interval from then on, or all that came in an interval would have to be fetched
   * at once.
   */
  #firstPause(feed: ContentFeed): number {
    const share = (this.#feeds.indexOf(feed) + this.#phase) / this.#feeds.length;
    return share * this.#stream.options.intervalMs;
  }

  /** History is caught up beside the polls, and only while there is some. */
  #follow(history: History, catchUpSoon: () => void): Duty {
    const { gate, environment, options } = this.#stream;
    const { feed, listing } = history;
    let pause = this.#firstPause(feed);
    return async (signal) => {
      const startedAt = environment.clock.now();
      if (startedAt < gate.opensAt) return gate.opensAt;
      const failure = await this.#attempt(feed, 'listing', signal, () => listing.poll(signal));
      if (history.dueAt === Number.POSITIVE_INFINITY) history.dueAt = startedAt;
      catchUpSoon();
      const dueAt = startedAt + pause;
      pause = options.intervalMs;
      return Math.max(dueAt, environment.clock.now() + (failure?.waitMs ?? 0));
    };
  }

  /** One window of one content type at a time, types in turn: all of them at once would wait, and be held, for thousands. */
  #catchUp(histories: History[]): Duty {
    return async (signal) => {
      const now = this.#stream.environment.clock.now();
      const next = histories.findIndex(({ dueAt }) => dueAt <= now);
      const [history] = next < 0 ? [] : histories.splice(next, 1);
      if (history !== undefined) {
        histories.push(history);
        await this.#listOlder(history, signal);
      }
      return Math.min(...histories.map(({ dueAt }) => dueAt));
    };
  }

  /** The next older window; or, where there is none, the re-listings that are due. */
  async #listOlder(history: History, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#stream.environment;
    const { feed, listing } = history;
    let more = false;
    const failure = await this.#attempt(feed, 'history', signal, async () => {
      more = await listing.catchUp(signal);
      if (!more) await listing.relist(signal);
    });
    history.failures = failure === undefined ? 0 : history.failures + 1;
    if (failure !== undefined) {
      const pause = backOff(history.failures, backgroundRetry, random);
      history.dueAt = clock.now() + Math.max(pause, failure.waitMs);
    } else if (!more) history.dueAt = Number.POSITIVE_INFINITY;
  }

  async #listEverythingOnce(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#stream.environment;
    for (let attempt = 0; attempt < onceAttempts; attempt++) {
      const failure = await this.#checkSubscriptions(signal);
      if (failure === undefined || failure.inVain) break;
      await clock.sleep(backOff(attempt, onceRetry, random), signal);
    }
    warnOfCredential(this.#stream);
    warnOfClock(this.#stream);
    await Promise.all(this.#feeds.map((feed) => this.#listOnce(feed, signal)));
    this.#downloads.onListingDone();
  }

  async #listOnce(feed: ContentFeed, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#stream.environment;
    const listing = await this.#openListing(feed);
    const everything = async () => {
      await listing.poll(signal);
      while (await listing.catchUp(signal));
      await listing.relist(signal);
      listing.expectAllListed();
    };
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(feed, 'listing', signal, everything);
      if (failure === undefined) return;
      if (failure.inVain || attempt >= onceAttempts)
        return feed.status.set('listing', { ...failure.report, health: 'failed' });
      await clock.sleep(Math.max(failure.waitMs, backOff(attempt - 1, onceRetry, random)), signal);
    }
  }

  /** Undefined when it worked, or when there is nothing to do for this content type. */
  async #attempt(
    feed: ContentFeed,
    part: Part,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<Failure | undefined> {
    const ticket = await this.#stream.gate.pass(signal);
    if (!this.#subscriptions.isListable(feed.name)) return undefined;
    try {
      await this.#stream.environment.shared.requestSemaphore.run(signal, work, {
        canWait: part === 'history',
      });
    } catch (error) {
      if (signal.aborted) throw error;
      return this.#reportFailure(feed, part, error, ticket);
    }
    this.#stream.gate.succeeded(ticket);
    this.#subscriptions.onListed(feed.name);
    feed.status.set(part, { health: 'healthy', message: 'collecting' });
    return undefined;
  }

  #reportFailure(feed: ContentFeed, part: Part, error: unknown, ticket: number): Failure {
    const isTenants = this.#stream.gate.failed(ticket, error);
    const throttled = throttling(error);
    if (throttled !== undefined) this.#stream.budget.pause(ticket, throttled.afterMs);
    const effect = error instanceof ApiError ? error.entry?.effect : undefined;
    const what = part === 'listing' ? 'Content' : 'Older content';
    const report = { ...this.#reportOf(`${what} cannot be listed`, error), isTenants };
    feed.status.set(part, report);
    if (effect === 'start subscription') {
      this.#subscriptions.onMissing(feed.name);
      this.#checkSoon();
    }
    return { report, ...patienceFor(error) };
  }

  #reportOf(what: string, error: unknown): Report {
    const effect = error instanceof ApiError ? error.entry?.effect : undefined;
    const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
    return {
      health: effect === 'fail tenant' || effect === 'fail content type' ? 'failed' : 'degraded',
      message: `${what}: ${describeError(error)}${refused ? ` ${this.#stream.credentials.description}` : ''}`,
      ...(error instanceof OperatorError && { code: error.code, needsOperator: error.needsOperator }),
    };
  }
}

/** A token that is refused was renewed already, and will be refused again. */
function patienceFor(error: unknown): Pick<Failure, 'waitMs' | 'inVain'> {
  const waitMs = waitAskedBy(error) ?? 0;
  const refused = error instanceof ApiError && error.entry?.effect === 'renew token';
  return { waitMs, inVain: refused || waitMs > minuteMs };
}
