// The timeline of a feed tells by arithmetic which blobs exist at what time: history is spread over the days before the
// origin, and new blobs follow at a steady pace after it. Nothing is kept; a blob is its number.

import { drawFraction } from '../../../world/random.ts';
import { spreadOverDays } from './day-curve.ts';

export interface TimelineOptions {
  /** Names this timeline among others of the same seed. */
  readonly key: number;
  /** Milliseconds since the epoch at which history ends. */
  readonly origin: number;
  readonly historyMs: number;
  /** The number of records of history. */
  readonly records: number;
  readonly recordsPerBlob: number;
  readonly recordsPerMs: number;
  readonly blobEveryMs: number;
  /** The share of blobs that show late, between 0 and 1. */
  readonly lateBlobs: number;
  readonly lateByMs: number;
}

/** A blob by its number. Times are in milliseconds since the epoch. */
export interface PlannedBlob {
  readonly index: number;
  readonly created: number;
  readonly available: number;
  /** The number of its first record; the last is `first + count - 1`. */
  readonly first: number;
  readonly count: number;
}

export class Timeline {
  /** The number of blobs of history. */
  readonly past: number;
  private readonly options: TimelineOptions;
  private readonly everyMs: number;
  private readonly historyTime: (part: number) => number;

  constructor(options: TimelineOptions) {
    this.options = options;
    this.historyTime = spreadOverDays(options.origin - options.historyMs, options.historyMs);
    this.past = Math.ceil(options.records / options.recordsPerBlob);
    this.everyMs = Math.max(1, Math.min(options.blobEveryMs, options.recordsPerBlob / options.recordsPerMs));
  }

  /** True when new blobs keep appearing after the origin. */
  get goesOn(): boolean {
    return this.options.recordsPerMs > 0;
  }

  /** Returns when a blob was created, in milliseconds since the epoch; it never falls from one number to the next. */
  createdOf(index: number): number {
    const { key, origin } = this.options;
    const jitter = drawFraction(key, 'created', index);
    if (index < this.past) return this.historyTime((index + jitter) / this.past);
    return Math.floor(origin + (index - this.past + 1 - 0.2 * jitter) * this.everyMs);
  }

  plan(index: number): PlannedBlob {
    const created = this.createdOf(index);
    return { index, created, available: this.availableOf(index, created), ...this.recordsOf(index) };
  }

  isLate(index: number): boolean {
    return drawFraction(this.options.key, 'late', index) < this.options.lateBlobs;
  }

  /** Finds the first number whose contentCreated is at or after the time. */
  firstAt(time: number): number {
    let low = 0;
    let high = this.past + Math.max(0, Math.ceil((time - this.options.origin) / this.everyMs)) + 1;
    if (!this.goesOn) high = this.past;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.createdOf(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Late history shows some time after the origin: before, nobody could have told it from the rest. */
  private availableOf(index: number, created: number): number {
    if (!this.isLate(index)) return created;
    const { key, origin, lateByMs } = this.options;
    return Math.max(origin, created) + Math.ceil(drawFraction(key, 'late by', index) * lateByMs);
  }

  private recordsOf(index: number): { first: number; count: number } {
    const { records, recordsPerBlob, recordsPerMs } = this.options;
    if (index < this.past) {
      const first = index * recordsPerBlob;
      return { first, count: Math.min(recordsPerBlob, records - first) };
    }
    const perBlob = recordsPerMs * this.everyMs;
    const first = Math.floor((index - this.past) * perBlob);
    return { first: records + first, count: Math.floor((index - this.past + 1) * perBlob) - first };
  }
}
