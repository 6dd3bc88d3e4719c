// Decides which windows of one content type are listed when: the newest first, and in the background those that were
// never listed. Microsoft lists content late, so windows are listed once more: a short overlap with every poll, all 7
// days once a day, and each hour the last stretch that is still within reach.

import type { Item } from '../../../contract/state.ts';
import { dayMs, hourMs, isoTime, minuteMs } from '../../../contract/time.ts';
import { ApiError } from '../api/api-error.ts';
import { type ContentFeed, facts, type Stream } from '../stream.ts';
import { keepListed, type Marks } from './keep-listed.ts';
import { listWindow } from './list-window.ts';
import { ListingState } from './listing-state.ts';
import type { Unreadable } from './read-page.ts';
import { RefusedWindows } from './refused-windows.ts';
import { contains, cutNewestFirst, longestWindowMs, reachMs, type Window, wholeSecond } from './windows.ts';

/** Stretches that leave Microsoft's reach this soon are listed before newer ones. */
const urgentMs = hourMs;
/** A first run starts at the edge of what can be had; what passes it meanwhile was never promised. */
const firstRunSlackMs = 15 * minuteMs;
const refusalsInVain = 3;
/**
 * Microsoft can have a reason to refuse a window only near the edge of the 7 days; elsewhere it will come to its
 * senses.
 */
const refusableMs = dayMs;
const mostUnreadable = 1000;
/** A gap stays in view for so long; the ledger keeps it, and `m365 prove` reports it. */
const gapShownMs = dayMs;
/** A watermark this far in the future was written under a wrong clock. */
const futureMs = 5 * minuteMs;

export interface ListingEvents {
  /** Blobs not known before are in the ledger. */
  readonly onNew: () => void;
  /** Microsoft has listed something, for the first time in this process. */
  readonly onContent: () => void;
}

export class ContentListing {
  readonly #stream: Stream;
  readonly #feed: ContentFeed;
  readonly #events: ListingEvents;
  readonly #state: ListingState;
  #contentNoted = false;
  #refusals = 0;
  readonly #refused: RefusedWindows;
  #gapShownAt: number | undefined;
  #unreadable: Set<string> | undefined;

  constructor(stream: Stream, feed: ContentFeed, events: ListingEvents) {
    this.#stream = stream;
    this.#feed = feed;
    this.#events = events;
    this.#state = new ListingState(stream.environment.checkpoints, feed);
    this.#refused = new RefusedWindows(feed);
  }

  async open(): Promise<void> {
    await this.#state.load();
  }

  get firstRunAt(): number | undefined {
    return this.#state.firstRunAt;
  }

  /**
   * All that was made since the first run and before this time was listed, but for what Microsoft refuses to list; undefined
   * before the first listing began.
   */
  get listedTo(): number | undefined {
    const { firstRunAt, watermark, unlisted } = this.#state;
    if (firstRunAt === undefined) return undefined;
    const open = this.#refused.leaveOut(unlisted, 0).find(({ to }) => to > firstRunAt);
    return Math.min(open === undefined ? Infinity : Math.max(open.from, firstRunAt), watermark ?? firstRunAt);
  }

  /** Lists what is new, and the overlap. Older stretches never listed are left to `catchUp`. */
  async poll(signal: AbortSignal): Promise<void> {
    const now = wholeSecond(this.#stream.skew.now());
    await this.#state.begin(now);
    await this.#distrustFuture(now);
    const known = this.#state.watermark;
    const live = this.#liveWindow(known, now);
    const since = known ?? now - this.#stream.options.initialIntervalMs;
    if (since < live.from) {
      await this.#state.addUnlisted([{ from: since, to: live.from }]);
      await this.#state.advance(live.from);
    }
    for (const window of cutNewestFirst(live)) await this.#list(window, known, signal);
    await this.#state.advance(now);
    if (this.#gapShownAt !== undefined && now > this.#gapShownAt + gapShownMs) {
      this.#gapShownAt = undefined;
      this.#feed.status.set('gap', undefined);
    }
  }

  /** Lists the next window of what was never listed. False when there is none. */
  async catchUp(signal: AbortSignal): Promise<boolean> {
    const now = wholeSecond(this.#stream.skew.now());
    await this.#endUnreachable(now);
    const window = this.#nextUnlisted(now);
    if (window === undefined) return false;
    try {
      await this.#list(window, undefined, signal);
    } catch (error) {
      if (!this.#setAside(window, error)) throw error;
      return true;
    }
    if (this.#isNearEdge(window)) this.#refusals = 0;
    await this.#state.markListed(window);
    this.#refused.forget(window);
    return true;
  }

  /** Throws what the stretches that are still to be listed were last refused with. */
  expectAllListed(): void {
    if (this.#refused.firstError !== undefined) throw this.#refused.firstError;
  }

  /** Lists again what may have changed behind the watermark, where that is due. */
  async relist(signal: AbortSignal): Promise<void> {
    const now = wholeSecond(this.#stream.skew.now());
    const floor = now - reachMs;
    const from = Math.max(
      floor,
      this.#state.firstRunAt === undefined
        ? floor
        : this.#state.firstRunAt - this.#stream.options.initialIntervalMs,
    );
    if (await this.#isDue(facts.lastFullListing, dayMs, now)) {
      for (const window of cutNewestFirst({ from, to: now })) await this.#listAgain(window, signal);
      await this.#state.writeTime(facts.lastFullListing, now);
      await this.#state.writeTime(facts.lastEdgeListing, now);
    } else if (await this.#isDue(facts.lastEdgeListing, hourMs, now)) {
      const edge = { from: floor, to: floor + 2 * hourMs };
      if (edge.to > from) await this.#listAgain({ from: Math.max(from, edge.from), to: edge.to }, signal);
      await this.#state.writeTime(facts.lastEdgeListing, now);
    }
  }

  /** The floor moves while windows are listed. A refusal at the edge is no failure: all of it was listed before. */
  async #listAgain(window: Window, signal: AbortSignal): Promise<void> {
    const floor = wholeSecond(this.#stream.skew.now()) - reachMs;
    if (window.to <= floor) return;
    try {
      await this.#list({ from: Math.max(floor, window.from), to: window.to }, window.to, signal);
    } catch (error) {
      if (!isRefusal(error) || !this.#isNearEdge(window)) throw error;
    }
  }

  async #isDue(fact: string, every: number, now: number): Promise<boolean> {
    const last = await this.#state.readTime(fact);
    if (last === undefined && this.#state.unlisted.length === 0) {
      // The first listing of everything was one.
      await this.#state.writeTime(fact, now);
      return false;
    }
    return last === undefined || now - last >= every || last > now + futureMs;
  }

  #liveWindow(watermark: number | undefined, now: number): Window {
    const { overlapMs, initialIntervalMs } = this.#stream.options;
    const floor = now - Math.min(reachMs, watermark === undefined ? initialIntervalMs : reachMs);
    const reach = Math.max(overlapMs, hourMs);
    const from = watermark === undefined ? now - reach : this.#overlapBefore(watermark, overlapMs);
    return { from: wholeSecond(Math.max(floor, from, now - longestWindowMs)), to: now };
  }

  /** The overlap does not reach past the beginning of all that was asked for. */
  #overlapBefore(watermark: number, overlapMs: number): number {
    const { initialIntervalMs } = this.#stream.options;
    const beginning = (this.#state.firstRunAt ?? watermark) - initialIntervalMs;
    return Math.max(watermark - overlapMs, Math.min(watermark, beginning));
  }

  /** Nothing newer than a watermark from the future would ever be listed; so all of the reach is listed again. */
  async #distrustFuture(now: number): Promise<void> {
    const watermark = this.#state.watermark;
    if (watermark === undefined || watermark <= now + futureMs) return;
    this.#stream.environment.log.warn(
      { m365: { content_type: this.#feed.name } },
      `${this.#feed.name}: the last listing is dated ${isoTime(watermark)}, in the future; the last 7 days are listed again.`,
    );
    await this.#state.addUnlisted([{ from: now - reachMs, to: now }]);
    await this.#state.advance(now);
  }

  /** A stretch that Microsoft no longer lists is a gap, and reported as one. */
  async #endUnreachable(now: number): Promise<void> {
    const floor = now - reachMs;
    for (const window of this.#state.unlisted.filter(({ from }) => from < floor)) {
      const lost = { from: window.from, to: Math.min(window.to, floor) };
      const first = this.#state.firstRunAt ?? now;
      const neverPromised = lost.to - lost.from <= firstRunSlackMs && lost.to <= first;
      if (!neverPromised) await this.#recordGap(lost, this.#whyUnlisted(lost));
      await this.#state.markListed(lost);
      this.#refused.forget(lost);
    }
  }

  #whyUnlisted(lost: Window): string {
    const late = 'it was not listed within the 7 days that Microsoft offers it';
    const error = this.#refused.errorOf(lost);
    return error === undefined ? late : `${late}, since it refused to (${error.code})`;
  }

  /**
   * A window that is refused again and again, although it is within Microsoft's own rules, would hold up all that is
   * behind it: its oldest hour is left aside for a while. It is lost only when its 7 days are over. True when that was
   * done.
   */
  #setAside(window: Window, error: unknown): boolean {
    if (!isRefusal(error)) return false;
    this.#refusals += 1;
    if (this.#refusals < refusalsInVain || !this.#isNearEdge(window)) return false;
    const oldest = { from: window.from, to: Math.min(window.to, window.from + hourMs) };
    this.#refused.setAside(oldest, error, this.#stream.skew.now());
    return true;
  }

  #isNearEdge({ from }: Window): boolean {
    return from < this.#stream.skew.now() - reachMs + refusableMs;
  }

  async #recordGap(lost: Window, reason: string): Promise<void> {
    const { work, telemetry, log } = this.#stream.environment;
    const { tenant, source, name, status } = this.#feed;
    const [from, to] = [isoTime(lost.from), isoTime(lost.to)];
    await work.recordGap({ tenant, source, name, from, to, reason });
    telemetry.count(this.#feed, 'gaps');
    const message = `Content made from ${from} to ${to} is not collected: ${reason}. An audit search in Purview still finds it.`;
    log.error({ organization: { id: tenant }, m365: { content_type: name } }, `${name}: ${message}`);
    status.set('gap', { health: 'degraded', message, code: 'gap' });
    this.#gapShownAt = this.#stream.skew.now();
  }

  #nextUnlisted(now: number): Window | undefined {
    const floor = now - reachMs;
    const open = this.#refused.leaveOut(this.#state.unlisted, now);
    const [oldest] = open;
    const newest = open.at(-1);
    if (oldest === undefined || newest === undefined) return undefined;
    if (oldest.from < floor + urgentMs)
      return { from: oldest.from, to: Math.min(oldest.to, oldest.from + 2 * urgentMs) };
    return { from: Math.max(newest.from, newest.to - longestWindowMs), to: newest.to };
  }

  async #list(window: Window, watermark: number | undefined, signal: AbortSignal): Promise<void> {
    const firstRunAt = this.#state.firstRunAt ?? Number.NEGATIVE_INFINITY;
    const unlisted = this.#state.unlisted;
    const marks = {
      isLate: (created: number) =>
        watermark !== undefined && created < watermark && !contains(unlisted, created),
      isBackfill: (created: number) => created < firstRunAt,
    };
    const { clock, random } = this.#stream.environment;
    const reader = {
      api: this.#stream.api,
      feed: this.#feed,
      clock,
      random,
      onBlobs: (blobs: readonly Item[]) => this.#keep(blobs, marks),
      onUnreadable: (found: readonly Unreadable[]) => this.#recordUnreadable(found, window),
    };
    await listWindow(reader, window, signal);
  }

  async #keep(blobs: readonly Item[], marks: Marks): Promise<void> {
    const isNew = await keepListed(this.#stream.environment, this.#feed, blobs, marks);
    if (isNew > 0) this.#events.onNew();
    if (blobs.length > 0) await this.#onContentSeen();
  }

  /** Every listing shows it again; it is lost once. */
  async #recordUnreadable(found: readonly Unreadable[], window: Window): Promise<void> {
    this.#unreadable ??= new Set();
    const known = this.#unreadable;
    for (const { created, excerpt } of found) {
      if (known.has(excerpt) || known.size >= mostUnreadable) continue;
      known.add(excerpt);
      const lost = Number.isNaN(created) ? window : { from: created, to: created + 1 };
      this.#stream.environment.telemetry.count(this.#feed, 'items_lost');
      await this.#recordGap(lost, `Microsoft listed content there without a contentId: ${excerpt}`);
    }
  }

  async #onContentSeen(): Promise<void> {
    if (this.#contentNoted) return;
    this.#contentNoted = true;
    this.#events.onContent();
    await this.#state.writeTime(facts.contentSeenAt, this.#stream.environment.clock.now());
  }
}

function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.entry?.effect === 'clamp window';
}
