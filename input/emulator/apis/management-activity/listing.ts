// Answers listings of content: the rules for the window, the pages, and the habits of the service while it lists.

import { dayMs, isoTime } from '../../../contract/time.ts';
import { answerJson, type HttpAnswer } from '../../server/answer.ts';
import { drawFraction } from '../../world/random.ts';
import { answerAf } from './af-errors.ts';
import type { BlobPosition, ContentBlob } from './content/blob.ts';
import type { EmulatedFeed } from './content/feed.ts';
import type { ServiceHabits } from './options.ts';

export interface ListingOptions {
  /** `https://host/api/v1.0/{tenant}/activity/feed`. */
  readonly root: string;
  /** The number of blobs on a page. */
  readonly pageSize: number;
  readonly refusesWholeDay: boolean;
  readonly habits: ServiceHabits;
  readonly seed: number;
}

/** Times in milliseconds since the epoch: from the first on, up to and without the second. */
interface ListingWindow {
  readonly from: number;
  readonly to: number;
}

/** Answers with a page of the feed, or with an AF code where the window or the page breaks a rule. */
export function answerListing(
  feed: EmulatedFeed,
  query: URLSearchParams,
  now: number,
  options: ListingOptions,
): HttpAnswer {
  const window = readWindow(query, now, options.refusesWholeDay);
  if (typeof window === 'string') return answerAf(window);
  const cursor = readCursor(query.get('nextPage'));
  if (cursor === 'bad') return answerAf('AF20031');
  const mark = cursor ? writeCursor(cursor.past, false) : 'first';
  if (
    !cursor?.afterEmpty &&
    drawFraction(options.seed, 'empty', mark, query.toString()) < options.habits.emptyPages
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
  const page = takePage(feed.listBetween(window.from, window.to, now, cursor?.past), options.pageSize);
  return answerPage(page.blobs, page.more, false, query, window, options);
}

interface ListingPage {
  readonly blobs: readonly ContentBlob[];
  /** The position after which the next page goes on; undefined on the last page. */
  readonly more: BlobPosition | undefined;
}

function takePage(blobs: Iterable<ContentBlob>, size: number): ListingPage {
  const taken: ContentBlob[] = [];
  for (const blob of blobs) {
    if (taken.length === size) return { blobs: taken, more: taken.at(-1)?.position };
    taken.push(blob);
  }
  return { blobs: taken, more: undefined };
}

function answerPage(
  blobs: readonly ContentBlob[],
  more: BlobPosition | undefined,
  empty: boolean,
  query: URLSearchParams,
  window: ListingWindow,
  options: ListingOptions,
): HttpAnswer {
  const { seed, habits, root } = options;
  const listed = blobs.flatMap((blob) =>
    drawFraction(seed, 'twice', blob.contentId) < habits.listedTwice ? [blob, blob] : [blob],
  );
  const body = listed.map((blob) => describeBlob(blob, root));
  return answerJson(
    200,
    body,
    more ? { NextPageUri: formatNextPage(more, empty, query, window, options) } : {},
  );
}

const describeBlob = (blob: ContentBlob, root: string): object => ({
  contentUri: `${root}/audit/${blob.contentId}`,
  contentId: blob.contentId,
  contentType: blob.contentType,
  contentCreated: isoTime(blob.position.created),
  contentExpiration: isoTime(blob.expires),
});

/** The service repeats the window, and leaves out the PublisherIdentifier. */
function formatNextPage(
  more: BlobPosition,
  empty: boolean,
  query: URLSearchParams,
  window: ListingWindow,
  options: ListingOptions,
): string {
  const cursor = writeCursor(more, empty);
  const old = drawFraction(options.seed, 'old path', cursor) < options.habits.oldPaths;
  const root = old ? options.root.replace('/api/v1.0/', '/api/v1/') : options.root;
  const times = `startTime=${isoTime(window.from).slice(0, 19)}&endTime=${isoTime(window.to).slice(0, 19)}`;
  return `${root}/subscriptions/content?contentType=${query.get('contentType')}&${times}&nextPage=${cursor}`;
}

/** Returns an AF code when the window breaks a rule. */
function readWindow(query: URLSearchParams, now: number, refusesWholeDay: boolean): ListingWindow | string {
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

/** Reads a time in UTC without a zone, to the day, the minute or the second. */
function readTime(text: string): number | undefined {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?))?$/.exec(text) ?? [];
  const ms = Date.parse(`${date}T${time ?? '00:00'}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

interface PageCursor {
  readonly past: BlobPosition;
  /** True when the page before was empty; this one is not. */
  readonly afterEmpty: boolean;
}

/** Writes digits, as Microsoft does: the time, the kind, the number, and a check of these. */
function writeCursor(past: BlobPosition, afterEmpty: boolean): string {
  const text = `${past.created}${past.published ? 1 : 0}${afterEmpty ? 1 : 0}${String(past.index + 1).padStart(6, '0')}`;
  return text + makeCheckDigits(text);
}

function readCursor(text: string | null): PageCursor | undefined | 'bad' {
  if (text === null) return undefined;
  const [, created, published, empty, index, check] =
    /^(\d{13})([01])([01])(\d{6,12})(\d{3})$/.exec(text) ?? [];
  if (!index || check !== makeCheckDigits(text.slice(0, -3))) return 'bad';
  return {
    past: { created: Number(created), published: published === '1', index: Number(index) - 1 },
    afterEmpty: empty === '1',
  };
}

const makeCheckDigits = (text: string): string =>
  String(Math.floor(drawFraction(text) * 1000)).padStart(3, '0');
