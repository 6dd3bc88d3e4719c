// Keeps durably how far a content type is listed: a watermark, and the stretches behind it that were never listed.
// Another process may list it, too: a watermark that it moves back costs a listing; a stretch that it added must not
// get lost.

import { parseJson } from '../../../../pipelines/json/unknown.ts';
import type { Feed } from '../../../contract/feed.ts';
import type { Checkpoints } from '../../../contract/state.ts';
import { isoTime } from '../../../contract/time.ts';
import { facts, neverListed } from '../stream.ts';
import { subtract, unite, type Window } from './windows.ts';

export class ListingState {
  readonly #checkpoints: Checkpoints;
  readonly #feed: Feed;
  #watermark: number | undefined;
  #unlisted: readonly Window[] = [];
  /** The text that was last seen in the checkpoints. */
  #unlistedText: string | undefined;
  #firstRunAt: number | undefined;

  constructor(checkpoints: Checkpoints, feed: Feed) {
    this.#checkpoints = checkpoints;
    this.#feed = feed;
  }

  /** Everything before it was listed, except `unlisted`; undefined before the first listing. */
  get watermark(): number | undefined {
    return this.#watermark;
  }

  get unlisted(): readonly Window[] {
    return this.#unlisted;
  }

  get firstRunAt(): number | undefined {
    return this.#firstRunAt;
  }

  async load(): Promise<void> {
    this.#watermark = await this.readTime(facts.watermark);
    this.#firstRunAt = await this.readTime(facts.firstRunAt);
    await this.#loadUnlisted();
  }

  async begin(now: number): Promise<void> {
    if (this.#firstRunAt !== undefined) return;
    const isFirst = await this.#checkpoints.compareAndSet(
      this.#feed,
      facts.firstRunAt,
      undefined,
      isoTime(now),
    );
    this.#firstRunAt = isFirst ? now : ((await this.readTime(facts.firstRunAt)) ?? now);
  }

  async addUnlisted(windows: readonly Window[]): Promise<void> {
    if (windows.length > 0) await this.#changeUnlisted((known) => unite([...known, ...windows]));
  }

  async markListed(window: Window): Promise<void> {
    await this.#changeUnlisted((known) => subtract(known, window));
  }

  async advance(to: number): Promise<void> {
    this.#watermark = to;
    await this.writeTime(facts.watermark, to);
  }

  async readTime(fact: string): Promise<number | undefined> {
    const ms = Date.parse((await this.#checkpoints.get(this.#feed, fact)) ?? '');
    return Number.isNaN(ms) ? undefined : ms;
  }

  async writeTime(fact: string, ms: number): Promise<void> {
    await this.#checkpoints.set(this.#feed, fact, isoTime(ms));
  }

  async #loadUnlisted(): Promise<void> {
    this.#unlistedText = await this.#checkpoints.get(this.#feed, facts.unlisted);
    const windows = readWindows(this.#unlistedText);
    this.#unlisted = windows ?? [];
    // Nobody knows what was meant: all of it is listed again.
    if (!windows) await this.#checkpoints.set(this.#feed, neverListed.name, neverListed.value);
  }

  /** Again with what is there, where somebody else changed it meanwhile. */
  async #changeUnlisted(change: (known: readonly Window[]) => readonly Window[]): Promise<void> {
    for (;;) {
      const windows = change(this.#unlisted);
      const text = JSON.stringify(windows.map(({ from, to }) => [isoTime(from), isoTime(to)]));
      const before = this.#unlistedText;
      if (await this.#checkpoints.compareAndSet(this.#feed, facts.unlisted, before, text)) {
        this.#unlisted = windows;
        this.#unlistedText = text;
        return;
      }
      await this.#loadUnlisted();
    }
  }
}

/** Undefined where the text is damaged. */
function readWindows(text: string | undefined): Window[] | undefined {
  const value = parseJson(text ?? '[]');
  if (!Array.isArray(value)) return undefined;
  const windows = value.flatMap((pair: unknown) => {
    if (!Array.isArray(pair)) return [];
    const window = { from: Date.parse(String(pair[0])), to: Date.parse(String(pair[1])) };
    return window.from < window.to ? [window] : [];
  });
  return unite(windows);
}
