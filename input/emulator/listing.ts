// Lists content: the rules for the window, pages, and the habits of the service while listing.

import { type Answer, answerAf, answerJson } from './answer.ts';
import type { ContentBlob, Place } from './content/blob.ts';
import type { Feed } from './content/feed.ts';
import type { Habits } from './options.ts';
import { fraction } from './random.ts';
import { dayMs, isoTime } from './time.ts';

export interface ListingOptions {
  /** `https://host/api/v1.0/{tenant}/activity/feed`. */
  readonly root: string;
  readonly pageSize: number;
  readonly refusesWholeDay: boolean;
  readonly habits: Habits;
  readonly seed: number;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

export function answerListing(
  feed: Feed,
  query: URLSearchParams,
  now: number,
  options: ListingOptions,
): Answer {
  const window = readWindow(query, now, options.refusesWholeDay);
  if (typeof window === 'string') return answerAf(window);
  const cursor = readCursor(query.get('nextPage'));
  if (cursor === 'bad') return answerAf('AF20031');
  const mark = cursor ? writeCursor(cursor.past, false) : 'first';
  if (
    !cursor?.afterEmpty &&
    fraction(options.seed, 'empty', mark, query.toString()) < options.habits.emptyPages
  ) {
    return answerPage(
      [],
      cursor?.past ?? { created: window.from, published: false, index: -1 },
      true,
      query,
      window,
      options,
    );
  }
  const page = takePage(feed.between(window.from, window.to, now, cursor?.past), options.pageSize);
  return answerPage(page.blobs, page.more, false, query, window, options);
}

interface Page {
  readonly blobs: readonly ContentBlob[];
  /** Where the next page goes on. */
  readonly more: Place | undefined;
}

function takePage(blobs: Iterable<ContentBlob>, size: number): Page {
  const taken: ContentBlob[] = [];
  for (const blob of blobs) {
    if (taken.length === size) return { blobs: taken, more: taken.at(-1)?.place };
    taken.push(blob);
  }
  return { blobs: taken, more: undefined };
}

function answerPage(
  blobs: readonly ContentBlob[],
  more: Place | undefined,
  empty: boolean,
  query: URLSearchParams,
  window: Window,
  options: ListingOptions,
): Answer {
  const { seed, habits, root } = options;
  const listed = blobs.flatMap((blob) =>
    fraction(seed, 'twice', blob.contentId) < habits.listedTwice ? [blob, blob] : [blob],
  );
  const body = listed.map((blob) => describeBlob(blob, root));
  return answerJson(200, body, more ? { NextPageUri: nextPage(more, empty, query, window, options) } : {});
}

const describeBlob = (blob: ContentBlob, root: string): object => ({
  contentUri: `${root}/audit/${blob.contentId}`,
  contentId: blob.contentId,
  contentType: blob.contentType,
  contentCreated: isoTime(blob.place.created),
  contentExpiration: isoTime(blob.expires),
});

/** The service repeats the window, and leaves out the PublisherIdentifier. */
function nextPage(
  more: Place,
  empty: boolean,
  query: URLSearchParams,
  window: Window,
  options: ListingOptions,
): string {
  const cursor = writeCursor(more, empty);
  const old = fraction(options.seed, 'old path', cursor) < options.habits.oldPaths;
  const root = old ? options.root.replace('/api/v1.0/', '/api/v1/') : options.root;
  const times = `startTime=${isoTime(window.from).slice(0, 19)}&endTime=${isoTime(window.to).slice(0, 19)}`;
  return `${root}/subscriptions/content?contentType=${query.get('contentType')}&${times}&nextPage=${cursor}`;
}

/** An AF code when the window breaks a rule. */
function readWindow(query: URLSearchParams, now: number, refusesWholeDay: boolean): Window | string {
  const [start, end] = [query.get('startTime'), query.get('endTime')];
  if (start === null && end === null) return { from: now - dayMs, to: now };
  if (start === null || end === null) return 'AF20030';
  const [from, to] = [readTime(start), readTime(end)];
  if (from === undefined || to === undefined) return 'AF20002';
  if (from >= to) return 'AF20030';
  const span = to - from;
  if (span > dayMs || (refusesWholeDay && span === dayMs)) return 'AF20055';
  return from < now - 7 * dayMs ? 'AF20055' : { from, to };
}

/** UTC without a zone, to the day, the minute or the second. */
function readTime(text: string): number | undefined {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?))?$/.exec(text) ?? [];
  const ms = Date.parse(`${date}T${time ?? '00:00'}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

interface Cursor {
  readonly past: Place;
  /** The page before was empty; this one is not. */
  readonly afterEmpty: boolean;
}

/** Digits, as Microsoft's: when, which kind, which number, and a check of these. */
function writeCursor(past: Place, afterEmpty: boolean): string {
  const text = `${past.created}${past.published ? 1 : 0}${afterEmpty ? 1 : 0}${String(past.index + 1).padStart(6, '0')}`;
  return text + checkDigits(text);
}

function readCursor(text: string | null): Cursor | undefined | 'bad' {
  if (text === null) return undefined;
  const [, created, published, empty, index, check] =
    /^(\d{13})([01])([01])(\d{6,12})(\d{3})$/.exec(text) ?? [];
  if (!index || check !== checkDigits(text.slice(0, -3))) return 'bad';
  return {
    past: { created: Number(created), published: published === '1', index: Number(index) - 1 },
    afterEmpty: empty === '1',
  };
}

const checkDigits = (text: string): string => String(Math.floor(fraction(text) * 1000)).padStart(3, '0');
