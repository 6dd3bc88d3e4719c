// Polls one feed: it reads what is new in ascending slices of time, and reads again what Graph may have shown late. The
// checkpoint moves on only past slices that are settled, so that whatever stops a reading costs a repetition.

import { OperatorError } from '../../../contract/errors.ts';
import type { Batch } from '../../../contract/source.ts';
import { dayMs, hourMs, isoTime, minuteMs } from '../../../contract/time.ts';
import { GraphError } from '../api/graph-error.ts';
import type { GraphStream, SlicedFeed } from '../stream.ts';
import {
  beginProgress,
  type FeedProgress,
  passLook,
  passWatermark,
  RememberedProgress,
  secondLooksMs,
} from './progress.ts';
import { readSlice } from './read-slice.ts';
import { SliceLength } from './slice-length.ts';
import { type Slice, wholeSecondOf } from './slices.ts';
import { readUntilStable } from './stable-reading.ts';

/** Microsoft may drop records a little before their time. */
const reachMarginMs = 5 * minuteMs;

export class FeedPoller {
  readonly #stream: GraphStream;
  readonly #feed: SlicedFeed;
  readonly #emit: (batch: Batch) => void;
  readonly #remembered: RememberedProgress;
  readonly #length: SliceLength;

  constructor(stream: GraphStream, feed: SlicedFeed, emit: (batch: Batch) => void) {
    this.#stream = stream;
    this.#feed = feed;
    this.#emit = emit;
    this.#remembered = new RememberedProgress(feed.feed, stream.environment.checkpoints);
    this.#length = new SliceLength(feed.query.longestSliceMs);
  }

  /** Rejects with what kept the poll from going well. */
  async poll(begunAt: number, signal: AbortSignal): Promise<void> {
    await this.#learnTime(signal);
    await this.#readNew(signal);
    await this.#readAgain(begunAt, signal);
  }

  /** Asks for next to nothing: only an answer tells the time of Graph, which slices follow. */
  async #learnTime(signal: AbortSignal): Promise<void> {
    if (this.#isTimeKnown) return;
    const { api, skew } = this.#stream;
    const { feed, query } = this.#feed;
    const to = wholeSecondOf(skew.now() - hourMs);
    const slice = { from: to - 1000, to };
    const response = await api.askPage({ feed, query, slice, pageSize: 1 }, signal);
    for await (const _ of response.body);
    this.#isTimeKnown = true;
  }

  #isTimeKnown = false;

  /** By Graph's clock, as the last answer told it. */
  #edge(): number {
    const { skew, options } = this.#stream;
    return wholeSecondOf(skew.now() - options.delayMs);
  }

  async #readNew(signal: AbortSignal): Promise<void> {
    const { skew, options, environment } = this.#stream;
    let progress = await this.#skipUnreachable(await this.#load());
    this.#again = {
      from: Math.max(progress.start, progress.watermark - options.overlapMs),
      to: progress.watermark,
    };
    // Time goes on while requests wait for their budget: what is new since then is for the next poll. Else a poll would follow
    // the time second by second, a request each, and never come to its end.
    const last = this.#edge();
    for (let edge = last; progress.watermark < edge; edge = Math.min(last, this.#edge())) {
      const slice = { from: progress.watermark, to: Math.min(edge, progress.watermark + this.#length.ms) };
      const backfill = slice.from < progress.firstRunAt - options.delayMs - dayMs;
      const { telemetry } = environment;
      const readAt = skew.now();
      telemetry.count(this.#feed.feed, 'items_listed');
      if (!(await this.#read(slice, { backfill, isRepetition: false }, signal))) continue;
      telemetry.count(this.#feed.feed, 'items_fetched');
      telemetry.count(this.#feed.feed, 'items_acknowledged');
      // Our clock may have been set meanwhile: what lies past the edge by the clock of the answer was asked for too soon.
      const passed = { from: slice.from, to: Math.max(slice.from, Math.min(slice.to, this.#edge())) };
      const next = passWatermark(progress, passed, readAt);
      progress = (await this.#remembered.move(progress, next)) ? next : await this.#load();
    }
  }

  /** What was new at the last poll, and lies before what is. */
  #again: Slice = { from: 0, to: 0 };

  /** What is new comes first: the rest waits where the interval is over. */
  async #readAgain(begunAt: number, signal: AbortSignal): Promise<void> {
    const { environment, options, skew } = this.#stream;
    const { clock, once } = environment;
    const hasTime = () => once || clock.now() < begunAt + options.intervalMs;
    let progress = await this.#load();
    for (const [look, ageMs] of secondLooksMs.entries()) {
      const edge = Math.min(progress.watermark, wholeSecondOf(skew.now() - ageMs));
      for (
        let from = progress.looks[look] ?? edge;
        from < edge && hasTime();
        from = progress.looks[look] ?? edge
      ) {
        const slice = { from, to: Math.min(edge, from + this.#length.ms) };
        if (!(await this.#read(slice, { backfill: false, isRepetition: true }, signal))) continue;
        const next = passLook(progress, look, slice.to);
        progress = (await this.#remembered.move(progress, next)) ? next : await this.#load();
      }
    }
    for (let from = this.#again.from; from < this.#again.to && hasTime(); ) {
      const slice = { from, to: Math.min(this.#again.to, from + this.#length.ms) };
      if (await this.#read(slice, { backfill: false, isRepetition: true }, signal)) from = slice.to;
    }
  }

  /** False where the slice was too long: the next one is shorter. */
  async #read(
    slice: Slice,
    { backfill, isRepetition }: { backfill: boolean; isRepetition: boolean },
    signal: AbortSignal,
  ): Promise<boolean> {
    const [stream, feed, emit, { isShortest }] = [this.#stream, this.#feed, this.#emit, this.#length];
    const parts = { stream, feed, slice, backfill, isShortest, emit };
    try {
      const { pages, found } = await readUntilStable(parts, () => readSlice(parts, signal), isRepetition);
      this.#length.learn(pages);
      if (isRepetition && found > 0) stream.environment.telemetry.count(feed.feed, 'items_late');
      return true;
    } catch (error) {
      if (signal.aborted || !isOfTheSlice(error)) throw error;
      if (this.#length.isShortest) throw error;
      this.#length.halve();
      return false;
    }
  }

  #load(): Promise<FeedProgress> {
    const { skew, options } = this.#stream;
    return this.#remembered.load(() => {
      const now = skew.now();
      return beginProgress(wholeSecondOf(now - options.initialIntervalMs), wholeSecondOf(now));
    });
  }

  /** What Microsoft keeps no longer is lost, and said to be. */
  async #skipUnreachable(progress: FeedProgress): Promise<FeedProgress> {
    const { skew, options, environment } = this.#stream;
    const oldest = wholeSecondOf(skew.now() - options.logType.reachMs + reachMarginMs);
    if (progress.watermark >= oldest) return progress;
    const { feed, status } = this.#feed;
    const isNew = progress.watermark === progress.start;
    const next = {
      ...progress,
      watermark: oldest,
      ...(isNew && { start: oldest }),
      looks: progress.looks.map((at) => Math.max(at, oldest)),
    };
    if (!(await this.#remembered.move(progress, next))) return this.#load();
    // The first run may reach back as far as there is anything; nothing is lost by that.
    if (isNew) return next;
    const reason = `it was not collected for longer than Microsoft keeps ${options.logType.title}`;
    const [from, to] = [isoTime(progress.watermark), isoTime(oldest)];
    await environment.work.recordGap({ ...feed, from, to, reason });
    environment.telemetry.count(feed, 'gaps');
    status.set('gap', {
      health: 'degraded',
      code: 'content-lost',
      message: `Records from ${from} to ${to} are lost: ${reason}.`,
    });
    return next;
  }
}

function isOfTheSlice(error: unknown): boolean {
  if (error instanceof GraphError) return error.entry?.effect === 'restart slice';
  return error instanceof OperatorError && error.code === 'slice-too-large';
}
