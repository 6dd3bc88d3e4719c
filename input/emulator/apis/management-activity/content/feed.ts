// A feed is everything that one tenant ever has of one content type: generated blobs by their timeline, and the blobs that
// tests publish.

import { dayMs } from '../../../../contract/time.ts';
import { hash } from '../../../world/random.ts';
import type { ContentSettings } from '../options.ts';
import {
  type BlobBody,
  type BlobPosition,
  type ContentBlob,
  formatContentId,
  joinRecords,
  type RecordSupply,
  readContentId,
} from './blob.ts';
import type { ContentType } from './content-type.ts';
import { CopyPlan } from './copies.ts';
import { type PlannedBlob, Timeline } from './timeline.ts';

const lifetimeMs = 7 * dayMs;

export interface FeedOptions {
  /** Names this feed among others of the same seed. */
  readonly key: number;
  /** Milliseconds since the epoch at which history ends. */
  readonly origin: number;
  readonly contentType: ContentType;
  readonly content: ContentSettings;
  readonly supply: RecordSupply;
  /** The number of records of history of this content type. */
  readonly records: number;
  /** The part of the rate that is this content type's, between 0 and 1. */
  readonly share: number;
}

export class EmulatedFeed {
  readonly contentType: ContentType;
  private readonly supply: RecordSupply;
  private readonly timeline: Timeline;
  private readonly copies: CopyPlan;
  private readonly published: ContentBlob[] = [];
  private readonly publishedByIndex = new Map<number, ContentBlob>();
  private readonly prepared = new Map<number, Uint8Array>();
  private readonly withheld: { from: number; to: number }[] = [];

  constructor(options: FeedOptions) {
    const { content, key, origin, share } = options;
    this.contentType = options.contentType;
    this.supply = options.supply;
    this.timeline = new Timeline({
      key,
      origin,
      historyMs: content.days * dayMs,
      records: options.records,
      recordsPerBlob: content.recordsPerBlob,
      recordsPerMs: (content.ratePerMinute * share) / 60_000,
      blobEveryMs: content.blobEveryMs,
      lateBlobs: content.habits.lateBlobs,
      lateByMs: content.habits.lateByMs,
    });
    this.copies = new CopyPlan(
      hash(key, 'copies'),
      content.habits.repeatedRecords,
      this.timeline,
      this.supply,
    );
  }

  /** Lists in order what shows at `now` of [from, to), from just past a position on. */
  *listBetween(from: number, to: number, now: number, past?: BlobPosition): Generator<ContentBlob> {
    const end = Math.min(to, now + 1);
    const generated = this.listGeneratedFrom(from, past);
    const published = this.listPublishedFrom(from, past);
    let left = generated.next().value;
    let right = published.next().value;
    while (left ?? right) {
      const takeLeft = left && (!right || left.position.created <= right.position.created);
      const blob = takeLeft ? left : right;
      if (!blob || blob.position.created >= end) return;
      if (takeLeft) left = generated.next().value;
      else right = published.next().value;
      if (this.shows(blob, now)) yield blob;
    }
  }

  /** Lists every blob that was ever made available up to `now`: first those that were published. */
  *listAll(now: number): Generator<ContentBlob> {
    for (const blob of this.published) if (this.shows(blob, now)) yield blob;
    const end = this.timeline.firstAt(now + 1);
    for (let index = 0; index < end; index++) {
      const blob = this.makeGenerated(index);
      if (blob && this.shows(blob, now)) yield blob;
    }
  }

  /** Finds the blob of exactly this content id, if it shows. */
  find(contentId: string, now: number): ContentBlob | undefined {
    const parts = readContentId(contentId);
    if (parts?.contentType !== this.contentType) return undefined;
    const blob = parts.published ? this.publishedByIndex.get(parts.index) : this.makeGenerated(parts.index);
    return blob?.contentId === contentId && this.shows(blob, now) ? blob : undefined;
  }

  /** Adds a blob, made for its position, and returns it. */
  publish(make: (position: BlobPosition) => ContentBlob, created: number): ContentBlob {
    const blob = make({ created, published: true, index: this.publishedByIndex.size });
    this.publishedByIndex.set(blob.position.index, blob);
    this.published.splice(this.findFirstPublishedAfter(blob.position), 0, blob);
    return blob;
  }

  /** Withholds for good what becomes available from a time on, until the end that is told later. */
  withhold(from: number): { end(to: number): void } {
    const stretch = { from, to: Number.POSITIVE_INFINITY };
    this.withheld.push(stretch);
    return {
      end: (to) => {
        stretch.to = to;
      },
    };
  }

  /** Makes the bodies of history, keeps them, and gives each once. */
  *prepare(): Generator<Uint8Array> {
    for (let index = 0; index < this.timeline.past; index++) {
      const body = Buffer.from([...joinRecords(this.makeTexts(this.timeline.plan(index)))].join(''));
      this.prepared.set(index, body);
      yield body;
    }
  }

  private shows(blob: ContentBlob, now: number): boolean {
    return (
      blob.available <= now &&
      !this.withheld.some(({ from, to }) => blob.available >= from && blob.available < to)
    );
  }

  private makeGenerated(index: number): ContentBlob | undefined {
    const planned = this.timeline.plan(index);
    if (planned.count <= 0) return undefined;
    const position = { created: planned.created, published: false, index };
    return {
      contentId: formatContentId(this.contentType, position),
      contentType: this.contentType,
      position,
      available: planned.available,
      expires: planned.created + lifetimeMs,
      ids: () => this.listIds(planned),
      ownIds: () => this.listOwnIds(planned),
      unique: this.supply.unique,
      body: (): BlobBody => this.prepared.get(index) ?? joinRecords(this.makeTexts(planned)),
    };
  }

  private *listGeneratedFrom(
    from: number,
    past: BlobPosition | undefined,
  ): Generator<ContentBlob, undefined> {
    let index = this.timeline.firstAt(from);
    if (past)
      index = Math.max(index, past.published ? this.timeline.firstAt(past.created + 1) : past.index + 1);
    const end = this.timeline.past;
    // New blobs never end; whoever lists stops at the end of the window. Without a rate there are none.
    for (; index < end || this.timeline.goesOn; index++) {
      const blob = this.makeGenerated(index);
      if (blob) yield blob;
    }
    return undefined;
  }

  private *listPublishedFrom(
    from: number,
    past: BlobPosition | undefined,
  ): Generator<ContentBlob, undefined> {
    for (const blob of this.published) {
      if (blob.position.created < from) continue;
      if (past && !follows(blob.position, past)) continue;
      yield blob;
    }
    return undefined;
  }

  private findFirstPublishedAfter(position: BlobPosition): number {
    const at = this.published.findIndex((other) => follows(other.position, position));
    return at < 0 ? this.published.length : at;
  }

  private *makeTexts(planned: PlannedBlob): Generator<string> {
    for (let i = 0; i < planned.count; i++) yield this.supply.text(planned.first + i, planned.created);
    yield* this.copies.texts(planned);
  }

  private *listOwnIds(planned: PlannedBlob): Generator<string | undefined> {
    for (let i = 0; i < planned.count; i++) yield this.supply.id(planned.first + i);
  }

  private *listIds(planned: PlannedBlob): Generator<string | undefined> {
    yield* this.listOwnIds(planned);
    yield* this.copies.ids(planned);
  }
}

const follows = (position: BlobPosition, other: BlobPosition): boolean =>
  position.created > other.created ||
  (position.created === other.created && (!other.published || position.index > other.index));
