// Counts the content of one content type that cannot be had, for now or for good, and reports it to the operator.

import type { WorkItem } from '../../../contract/state.ts';
import { hourMs, isoTime } from '../../../contract/time.ts';
import { clockTime } from '../../tenant/clock-time.ts';
import { type ContentFeed, feedOf, type Stream } from '../stream.ts';

/** A loss stays in view for so long. */
const lossShownMs = hourMs;
/** More than this many are counted, not remembered. */
const mostRemembered = 10_000;

export class ContentTroubles {
  readonly #stream: Stream;
  readonly #feed: ContentFeed;
  /** Most content types never have one. */
  #failing: Set<string> | undefined;
  #lost = 0;
  #lostSince = 0;

  constructor(stream: Stream, feed: ContentFeed) {
    this.#stream = stream;
    this.#feed = feed;
  }

  failed(blob: WorkItem, reason: string, code: string | undefined): void {
    this.#failing ??= new Set();
    if (this.#failing.size < mostRemembered) this.#failing.add(blob.id);
    const message = `${countBlobs(this.#failing.size)} could not be fetched yet, to be tried again until Microsoft's date for it has passed. The last reason: ${reason}`;
    this.#feed.status.set('content', { health: 'degraded', message, code });
  }

  resolved(contentId: string): void {
    this.#failing?.delete(contentId);
    if (!this.#failing?.size) this.#feed.status.set('content', { health: 'healthy', message: 'collecting' });
    if (this.#lost > 0 && this.#stream.environment.clock.now() > this.#lostSince + lossShownMs) {
      this.#lost = 0;
      this.#feed.status.set('loss', undefined);
    }
  }

  /** It is called at the end of a run that collects once. */
  async reportLeft(): Promise<void> {
    const { work, log, telemetry } = this.#stream.environment;
    const { listed, fetching } = await work.countByState(this.#feed);
    const left = listed + fetching;
    if (left === 0) return;
    telemetry.count(this.#feed, 'items_left', left);
    log.warn(
      { organization: { id: this.#feed.tenant }, m365: { content_type: this.#feed.name } },
      `${this.#feed.name}: ${countBlobs(left)} could not be had in this run; the next one tries again.`,
    );
  }

  /** Ends a blob, says so, and counts it; nothing is lost in silence. One that somebody else took over is theirs. */
  async lost(blob: WorkItem, reason: string): Promise<void> {
    const { work, telemetry, log, clock } = this.#stream.environment;
    const feed = this.#feed;
    const now = clock.now();
    if (!(await work.giveUp(feed, blob, 'expired', reason, now))) return;
    const from = Date.parse(blob.createdAt);
    const stretch = Number.isNaN(from) ? now : from;
    await work.recordGap({
      ...feedOf(feed.tenant, feed.name),
      from: isoTime(stretch),
      to: isoTime(stretch + 1),
      reason: `content ${blob.id}: ${reason}`,
    });
    telemetry.count(feed, 'items_lost');
    telemetry.count(feed, 'gaps');
    log.error(
      {
        organization: { id: feed.tenant },
        m365: { content_type: feed.name, content_id: blob.id },
      },
      `${feed.name}: a content blob made at ${blob.createdAt} is lost: ${reason}`,
    );
    this.#showLoss(reason, now);
    this.#failing?.delete(blob.id);
    if (!this.#failing?.size) feed.status.set('content', undefined);
  }

  #showLoss(reason: string, now: number): void {
    this.#lost += 1;
    if (this.#lost === 1) this.#lostSince = now;
    this.#feed.status.set('loss', {
      health: 'degraded',
      code: 'content-lost',
      message: `${countBlobs(this.#lost)} lost since ${clockTime(this.#lostSince)}. The last reason: ${reason} \`m365 prove\` lists them.`,
    });
  }
}

function countBlobs(count: number): string {
  return count === 1 ? '1 content blob' : `${count} content blobs`;
}
