// How far a feed was read, as it is remembered: up to where every slice is settled, and up to where it was read again.

import { isObject, parseJson } from '../../../../pipelines/json/unknown.ts';
import type { Feed } from '../../../contract/feed.ts';
import type { Checkpoints } from '../../../contract/state.ts';
import { dayMs, hourMs, isoTime } from '../../../contract/time.ts';
import type { Slice } from './slices.ts';

/** All is read again when it is so old: what Graph shows late, it shows until then. */
export const secondLooksMs: readonly number[] = [2 * hourMs, dayMs];

export const progressName = 'progress';

/** Times in milliseconds since the epoch. */
export interface FeedProgress {
  /** Reading began there. */
  readonly start: number;
  /** The first run; older records are backfill. */
  readonly firstRunAt: number;
  /** Up to here everything is read and settled. */
  readonly watermark: number;
  /** The same for each second look. */
  readonly looks: readonly number[];
}

export function beginProgress(start: number, firstRunAt: number): FeedProgress {
  return { start, firstRunAt, watermark: start, looks: secondLooksMs.map(() => start) };
}

export function readProgress(text: string | undefined): FeedProgress | undefined {
  const value = parseJson(text ?? '');
  if (!isObject(value)) return undefined;
  const looks = Array.isArray(value.looks) ? value.looks : [];
  const start = timeIn(value.start);
  const progress = {
    start,
    firstRunAt: timeIn(value.firstRunAt),
    watermark: timeIn(value.watermark),
    looks: secondLooksMs.map((_, index) => (looks[index] === undefined ? start : timeIn(looks[index]))),
  };
  return [progress.start, progress.firstRunAt, progress.watermark, ...progress.looks].some(Number.isNaN)
    ? undefined
    : progress;
}

const timeIn = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

function writeProgress({ start, firstRunAt, watermark, looks }: FeedProgress): string {
  return JSON.stringify({
    start: isoTime(start),
    firstRunAt: isoTime(firstRunAt),
    watermark: isoTime(watermark),
    looks: looks.map(isoTime),
  });
}

/** The progress of a feed that reads everything there is, and takes none of it for the past. */
export const writtenAnew: string = writeProgress(beginProgress(0, 0));

/**
 * The progress once a slice at the watermark is settled. What was as old as a second look wants it when it was read needs
 * none.
 */
export function passWatermark(progress: FeedProgress, slice: Slice, readAt: number): FeedProgress {
  const { watermark, looks } = progress;
  return {
    ...progress,
    watermark: slice.to,
    looks: looks.map((at, index) => {
      const oldEnough = slice.to <= readAt - (secondLooksMs[index] ?? 0);
      return at === watermark && oldEnough ? slice.to : at;
    }),
  };
}

export function passLook(progress: FeedProgress, look: number, to: number): FeedProgress {
  return { ...progress, looks: progress.looks.map((at, index) => (index === look ? to : at)) };
}

/** The progress of a feed in the checkpoints. Another process may read the feed, too. */
export class RememberedProgress {
  readonly #feed: Feed;
  readonly #checkpoints: Checkpoints;

  constructor(feed: Feed, checkpoints: Checkpoints) {
    this.#feed = feed;
    this.#checkpoints = checkpoints;
  }

  async load(begin: () => FeedProgress): Promise<FeedProgress> {
    const known = await this.peek();
    if (known !== undefined) return known;
    const begun = begin();
    await this.#checkpoints.set(this.#feed, progressName, writeProgress(begun));
    return begun;
  }

  /** Undefined before the first reading. */
  async peek(): Promise<FeedProgress | undefined> {
    return readProgress(await this.#checkpoints.get(this.#feed, progressName));
  }

  /** False where somebody else moved it on meanwhile: then it is to be loaded again. */
  move(from: FeedProgress, to: FeedProgress): Promise<boolean> {
    return this.#checkpoints.compareAndSet(this.#feed, progressName, writeProgress(from), writeProgress(to));
  }
}
