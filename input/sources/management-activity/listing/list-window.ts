// Lists one window, page after page, restarting where a page went stale. Reading a page is read-page.ts; order and
// choice of windows are listing.ts.

import { OperatorError } from '../../../contract/errors.ts';
import { backOff } from '../../../http/back-off.ts';
import type { HttpResponse } from '../../../http/exchange.ts';
import { NetworkError } from '../../../http/network-failure.ts';
import { ApiError } from '../api/api-error.ts';
import { type PageReader, readPage } from './read-page.ts';
import { halve, type Window } from './windows.ts';

/** Far more than a busy tenant has in 23 hours; beyond it something goes in circles. */
const mostPages = 100_000;
const rememberedPages = 1000;
const pageAttempts = 5;
const pageRetry = { firstMs: 500, mostMs: 10_000 };
const restarts = 3;

/**
 * Resolves when the last page was handed out. Pages may come twice: whoever takes them knows what it has seen. A window whose
 * pages go stale before the last one is reached would never be listed: it is listed in halves.
 */
export async function listWindow(reader: PageReader, window: Window, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await listPages(reader, window, signal);
      return;
    } catch (error) {
      const isStale = error instanceof ApiError && error.entry?.effect === 'restart window';
      if (!isStale) throw error;
      if (attempt < restarts) continue;
      const halves = halve(window);
      if (halves === undefined) throw error;
      for (const half of halves) await listWindow(reader, half, signal);
      return;
    }
  }
}

async function listPages(reader: PageReader, window: Window, signal: AbortSignal): Promise<void> {
  const { api, feed } = reader;
  const seen = new Set<string>();
  let ask = () => api.listContent(feed, window, signal);
  for (let page = 1; page <= mostPages; page++) {
    const next = await listPage(reader, ask, signal);
    if (next === undefined) return;
    if (seen.has(next)) break;
    if (seen.size < rememberedPages) seen.add(next);
    ask = () => api.listNextPage(feed, next, signal);
  }
  throw new OperatorError({
    code: 'endless-listing',
    message: `The listing of ${feed.name} goes in circles: a page names one as the next that came before.`,
    advice: 'The window is listed again later; what was listed is being collected.',
    retry: { kind: 'later', afterMs: 60_000 },
  });
}

/**
 * Resolves with the address of the next page. A page whose body is not what it should be is asked for again: its address
 * stays good for a while.
 */
async function listPage(
  reader: PageReader,
  ask: () => Promise<HttpResponse>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { api, clock, random } = reader;
  for (let attempt = 0; ; attempt++) {
    const response = await ask();
    try {
      await readPage(reader, response);
      return api.nextPage(response);
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
