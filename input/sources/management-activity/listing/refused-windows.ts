// Windows that Microsoft refuses to list although they are within its own rules. They are left aside for a while, so
// that they hold up nothing else, and asked for again: Microsoft may come to its senses before the 7 days are over.

import { describeError } from '../../../contract/errors.ts';
import { isoTime, minuteMs } from '../../../contract/time.ts';
import type { ApiError } from '../api/api-error.ts';
import type { ContentFeed } from '../stream.ts';
import { subtract, type Window } from './windows.ts';

const setAsideMs = 30 * minuteMs;

interface Refused {
  readonly window: Window;
  readonly error: ApiError;
  readonly againAt: number;
}

export class RefusedWindows {
  readonly #feed: ContentFeed;
  #refused: readonly Refused[] = [];

  constructor(feed: ContentFeed) {
    this.#feed = feed;
  }

  setAside(window: Window, error: ApiError, now: number): void {
    this.#refused = [...this.#without(window), { window, error, againAt: now + setAsideMs }];
    this.#show();
  }

  /** It was listed after all, or can never be. */
  forget(window: Window): void {
    if (this.#refused.length === 0) return;
    this.#refused = this.#without(window);
    this.#show();
  }

  /** Returns the parts of these windows that are not left aside by now. */
  leaveOut(windows: readonly Window[], now: number): readonly Window[] {
    const aside = this.#refused.filter(({ againAt }) => againAt > now);
    return aside.reduce((left, { window }) => subtract(left, window), windows);
  }

  /** Returns the error with which a part of the window was refused. */
  errorOf({ from, to }: Window): ApiError | undefined {
    return this.#refused.find(({ window }) => window.from < to && window.to > from)?.error;
  }

  get firstError(): ApiError | undefined {
    return this.#refused[0]?.error;
  }

  #without(window: Window): Refused[] {
    return this.#refused.flatMap((refused) =>
      subtract([refused.window], window).map((rest) => ({ ...refused, window: rest })),
    );
  }

  #show(): void {
    const [first] = this.#refused;
    if (first === undefined) {
      this.#feed.status.set('refused', undefined);
      return;
    }
    const from = isoTime(Math.min(...this.#refused.map(({ window }) => window.from)));
    const to = isoTime(Math.max(...this.#refused.map(({ window }) => window.to)));
    this.#feed.status.set('refused', {
      health: 'degraded',
      code: first.error.code,
      message: `Content made from ${from} to ${to} cannot be listed, and is asked for again until its 7 days are over: ${describeError(first.error)}`,
    });
  }
}
