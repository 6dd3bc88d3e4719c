// Lists one window: page after page, each read as it streams in, its blobs into the ledger. Order and choice of windows
// are listing.ts.

import type { ListedBlob } from '../../contract.ts';
import { OperatorError } from '../../errors.ts';
import { backOff } from '../../http/back-off.ts';
import { excerptOf, type HttpResponse } from '../../http/exchange.ts';
import { NetworkError } from '../../http/network-failure.ts';
import { ApiError, readApiError } from './api-error.ts';
import { RecordSplitter } from './split-records.ts';
import type { ContentScope, Stream } from './stream.ts';
import type { Window } from './windows.ts';

const descriptorBytes = 64 * 1024;
const descriptorsAtOnce = 500;
/** Far more than a busy tenant has in 23 hours; beyond it something goes in circles. */
const mostPages = 100_000;
const rememberedPages = 1000;
const pageAttempts = 5;
const pageRetry = { firstMs: 500, mostMs: 10_000 };
const restarts = 3;
const week = 7 * 24 * 3_600_000;

export interface ListedWindow {
  readonly found: number;
  readonly isNew: number;
}

/** How the finds of a window are marked. */
export interface Marking {
  readonly isLate: (contentCreated: number) => boolean;
  readonly isBackfill: (contentCreated: number) => boolean;
}

/** A page that went stale restarts the window: the ledger knows what it has seen. */
export async function listWindow(
  stream: Stream,
  scope: ContentScope,
  window: Window,
  marking: Marking,
  signal: AbortSignal,
): Promise<ListedWindow> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listPages(stream, scope, window, marking, signal);
    } catch (error) {
      const isStale = error instanceof ApiError && error.entry?.effect === 'restart window';
      if (!isStale || attempt >= restarts) throw error;
    }
  }
}

async function listPages(
  stream: Stream,
  scope: ContentScope,
  window: Window,
  marking: Marking,
  signal: AbortSignal,
): Promise<ListedWindow> {
  const { api } = stream;
  const seen = new Set<string>();
  const total = { found: 0, isNew: 0 };
  let ask = () => api.listContent(scope, window, signal);
  for (let page = 1; page <= mostPages; page++) {
    const { next, found, isNew } = await listPage(stream, scope, marking, ask, signal);
    total.found += found;
    total.isNew += isNew;
    if (next === undefined) return total;
    if (seen.has(next)) break;
    if (seen.size < rememberedPages) seen.add(next);
    ask = () => api.listNextPage(scope, next, signal);
  }
  throw new OperatorError({
    code: 'endless-listing',
    message: `The listing of ${scope.contentType} goes in circles: a page names one as the next that came before.`,
    advice: 'The window is listed again later; what was listed is being collected.',
    retry: { kind: 'later', afterMs: 60_000 },
  });
}

interface ListedPage extends ListedWindow {
  readonly next: string | undefined;
}

/** A page whose body is not what it should be is asked for again: its address stays good for a while. */
async function listPage(
  stream: Stream,
  scope: ContentScope,
  marking: Marking,
  ask: () => Promise<HttpResponse>,
  signal: AbortSignal,
): Promise<ListedPage> {
  const { clock, random } = stream.environment;
  for (let attempt = 0; ; attempt++) {
    const response = await ask();
    try {
      const { found, isNew } = await readPage(stream, scope, marking, response);
      return { next: stream.api.nextPage(response), found, isNew };
    } catch (error) {
      if (signal.aborted || !isBrokenBody(error) || attempt + 1 >= pageAttempts) throw error;
      await clock.sleep(backOff(attempt, pageRetry, random), signal);
    }
  }
}

function isBrokenBody(error: unknown): boolean {
  if (error instanceof ApiError) return error.entry === undefined || error.entry.effect === 'retry';
  return error instanceof NetworkError || (error instanceof OperatorError && error.code === 'broken-page');
}

async function readPage(
  stream: Stream,
  scope: ContentScope,
  marking: Marking,
  response: HttpResponse,
): Promise<ListedWindow> {
  const splitter = new RecordSplitter({ maximumRecordBytes: descriptorBytes, onOversized: () => {} });
  const total = { found: 0, isNew: 0 };
  const keep = async () => {
    const blobs = splitter.take().flatMap((text) => readDescriptor(stream, scope, text));
    total.found += blobs.length;
    total.isNew += await keepBlobs(stream, scope, marking, blobs);
  };
  for await (const chunk of response.body) {
    splitter.push(chunk);
    if (splitter.count >= descriptorsAtOnce) await keep();
    if (splitter.isOver) break;
  }
  await keep();
  const end = splitter.end();
  if (end.kind === 'complete') return total;
  if (end.kind === 'foreign' && /^\s*\{/.test(end.text)) throw readApiError(end.text, 200, undefined);
  throw new OperatorError({
    code: 'broken-page',
    message: `A page of the listing of ${scope.contentType} ${end.kind === 'foreign' ? `is no list, but: ${excerptOf(end.text)}` : 'broke off'}.`,
    advice: 'It is asked for again.',
    retry: { kind: 'later' },
  });
}

async function keepBlobs(
  stream: Stream,
  scope: ContentScope,
  marking: Marking,
  blobs: readonly ListedBlob[],
): Promise<number> {
  const { ledger, telemetry, clock } = stream.environment;
  const groups = Map.groupBy(blobs, (blob) => {
    const created = Date.parse(blob.contentCreated);
    return (marking.isLate(created) ? 1 : 0) + (marking.isBackfill(created) ? 2 : 0);
  });
  let isNew = 0;
  for (const [group, members] of groups) {
    const late = (group & 1) === 1;
    const mark = { late, backfill: (group & 2) === 2, listedAt: clock.now() };
    const added = (await ledger.list(scope, members, mark)).length;
    if (added === 0) continue;
    isNew += added;
    telemetry.count(scope, 'blobs_listed', added);
    if (late) telemetry.count(scope, 'blobs_late', added);
  }
  return isNew;
}

function readDescriptor(stream: Stream, scope: ContentScope, text: string): ListedBlob[] {
  const fields = parseObject(text);
  const read = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const contentId = read('contentId');
  const now = stream.environment.clock.now();
  const created = parseUtc(read('contentCreated'));
  const expires = parseUtc(read('contentExpiration'));
  if (contentId === undefined || contentId === '') {
    stream.environment.log.error(
      { organization: { id: scope.tenantId }, m365: { content_type: scope.contentType } },
      `${scope.contentType}: Microsoft listed content without a contentId, which cannot be fetched: ${excerptOf(text)}`,
    );
    return [];
  }
  const start = Number.isNaN(created) ? now : created;
  return [
    {
      contentId,
      contentUri: read('contentUri') ?? '',
      contentCreated: new Date(start).toISOString(),
      contentExpiration: new Date(Number.isNaN(expires) ? start + week : expires).toISOString(),
    },
  ];
}

/** A time without a zone is UTC, here as everywhere in this API. */
function parseUtc(text: string | undefined): number {
  if (text === undefined) return Number.NaN;
  return Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
