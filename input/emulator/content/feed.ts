// Everything that one tenant ever has of one content type: generated blobs by their timeline, and what tests publish.

import type { ContentSettings } from '../options.ts';
import { hash } from '../random.ts';
import { dayMs } from '../time.ts';
import {
  type BlobBody,
  type ContentBlob,
  contentIdOf,
  joinRecords,
  type Place,
  type RecordSupply,
  readContentId,
} from './blob.ts';
import type { ContentType } from './content-type.ts';
import { CopyPlan } from './copies.ts';
import { type Slot, Timeline } from './timeline.ts';

const lifetimeMs = 7 * dayMs;

export interface FeedOptions {
  readonly key: number;
  readonly origin: number;
  readonly contentType: ContentType;
  readonly content: ContentSettings;
  readonly supply: RecordSupply;
  /** Records of history of this content type. */
  readonly records: number;
  /** This content type's part of the rate. */
  readonly share: number;
}

export class Feed {
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

  /** What listings show at `now` of [from, to), from just past a place on, in order. */
  *between(from: number, to: number, now: number, past?: Place): Generator<ContentBlob> {
    const end = Math.min(to, now + 1);
    const generated = this.generatedFrom(from, past);
    const published = this.publishedFrom(from, past);
    let left = generated.next().value;
    let right = published.next().value;
    while (left ?? right) {
      const takeLeft = left && (!right || left.place.created <= right.place.created);
      const blob = takeLeft ? left : right;
      if (!blob || blob.place.created >= end) return;
      if (takeLeft) left = generated.next().value;
      else right = published.next().value;
      if (this.shows(blob, now)) yield blob;
    }
  }

  /** Every blob that was ever made available up to `now`, what was published first. */
  *all(now: number): Generator<ContentBlob> {
    for (const blob of this.published) if (this.shows(blob, now)) yield blob;
    const end = this.timeline.firstAt(now + 1);
    for (let index = 0; index < end; index++) {
      const blob = this.generated(index);
      if (blob && this.shows(blob, now)) yield blob;
    }
  }

  /** The blob of exactly this content id, if it shows. */
  find(contentId: string, now: number): ContentBlob | undefined {
    const parts = readContentId(contentId);
    if (parts?.contentType !== this.contentType) return undefined;
    const blob = parts.published ? this.publishedByIndex.get(parts.index) : this.generated(parts.index);
    return blob?.contentId === contentId && this.shows(blob, now) ? blob : undefined;
  }

  publish(make: (place: Place) => ContentBlob, created: number): ContentBlob {
    const blob = make({ created, published: true, index: this.publishedByIndex.size });
    this.publishedByIndex.set(blob.place.index, blob);
    this.published.splice(this.firstPublishedAfter(blob.place), 0, blob);
    return blob;
  }

  /** Content that becomes available while a subscription is stopped can never be had. */
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
      const body = Buffer.from([...joinRecords(this.bodyOf(this.timeline.slot(index)))].join(''));
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

  private generated(index: number): ContentBlob | undefined {
    const slot = this.timeline.slot(index);
    if (slot.count <= 0) return undefined;
    const place = { created: slot.created, published: false, index };
    return {
      contentId: contentIdOf(this.contentType, place),
      contentType: this.contentType,
      place,
      available: slot.available,
      expires: slot.created + lifetimeMs,
      ids: () => this.idsOf(slot),
      ownIds: () => this.ownIdsOf(slot),
      unique: this.supply.unique,
      body: (): BlobBody => this.prepared.get(index) ?? joinRecords(this.bodyOf(slot)),
    };
  }

  private *generatedFrom(from: number, past: Place | undefined): Generator<ContentBlob, undefined> {
    let index = this.timeline.firstAt(from);
    if (past)
      index = Math.max(index, past.published ? this.timeline.firstAt(past.created + 1) : past.index + 1);
    const end = this.timeline.past;
    // New blobs never end; whoever lists stops at the end of the window. Without a rate there are none.
    for (; index < end || this.timeline.goesOn; index++) {
      const blob = this.generated(index);
      if (blob) yield blob;
    }
    return undefined;
  }

  private *publishedFrom(from: number, past: Place | undefined): Generator<ContentBlob, undefined> {
    for (const blob of this.published) {
      if (blob.place.created < from) continue;
      if (past && !follows(blob.place, past)) continue;
      yield blob;
    }
    return undefined;
  }

  private firstPublishedAfter(place: Place): number {
    const at = this.published.findIndex((other) => follows(other.place, place));
    return at < 0 ? this.published.length : at;
  }

  private *bodyOf(slot: Slot): Generator<string> {
    for (let i = 0; i < slot.count; i++) yield this.supply.text(slot.first + i, slot.created);
    yield* this.copies.texts(slot);
  }

  private *ownIdsOf(slot: Slot): Generator<string | undefined> {
    for (let i = 0; i < slot.count; i++) yield this.supply.id(slot.first + i);
  }

  private *idsOf(slot: Slot): Generator<string | undefined> {
    yield* this.ownIdsOf(slot);
    yield* this.copies.ids(slot);
  }
}

const follows = (place: Place, other: Place): boolean =>
  place.created > other.created ||
  (place.created === other.created && (!other.published || place.index > other.index));
