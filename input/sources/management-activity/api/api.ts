// The operations of the Management Activity API for one tenant, over HTTP as this tenant needs it: authorised, counted,
// within the tenant's budget. Knows addresses; knows nothing of windows, ledgers or records.

import type { Component, StreamComponent } from '../../../contract/component.ts';
import { OperatorError, waitAskedBy } from '../../../contract/errors.ts';
import type { Feed } from '../../../contract/feed.ts';
import type { Item } from '../../../contract/state.ts';
import type { Telemetry } from '../../../contract/telemetry.ts';
import { allowHosts } from '../../../http/allow-hosts.ts';
import { authorize, type TokenProvider } from '../../../http/authorize.ts';
import { countRequests } from '../../../http/count-requests.ts';
import { type HttpResponse, readText, type Send, type Wrapper } from '../../../http/exchange.ts';
import { formatTime, type Window } from '../listing/windows.ts';
import { ApiError, explainApiError, readApiError } from './api-error.ts';

export interface Subscription {
  readonly contentType: string;
  /** Missing in some answers. */
  readonly enabled: boolean | undefined;
  /** The address at which another program has content announced. */
  readonly webhook: string | undefined;
}

export interface ManagementApi {
  listSubscriptions(stream: StreamComponent, signal: AbortSignal): Promise<Subscription[]>;
  startSubscription(feed: Feed, signal: AbortSignal): Promise<void>;
  /** A page of blob descriptors; its body is yet to be read. */
  listContent(feed: Feed, window: Window, signal: AbortSignal): Promise<HttpResponse>;
  listNextPage(feed: Feed, url: string, signal: AbortSignal): Promise<HttpResponse>;
  /** The address of the next page, or undefined after the last. Refuses one on another host. */
  nextPage(response: HttpResponse): string | undefined;
  fetchBlob(feed: Feed, blob: Pick<Item, 'id' | 'data'>, signal: AbortSignal): Promise<HttpResponse>;
}

export interface ApiParts {
  readonly management: string;
  readonly tenantId: string;
  readonly publisherIdentifier: string;
  /** The transport, skew included; it sees requests as they leave. */
  readonly send: Send;
  readonly tokens: TokenProvider;
  readonly limit: Wrapper;
  readonly retry: Wrapper;
  readonly telemetry: Telemetry;
}

const subscriptionsLimit = 256 * 1024;
/** The most bytes that are read of an answer that is no content. */
const excerptLimit = 4096;
/** Content blobs of hundreds of megabytes have been seen. */
const contentLimit = 2 * 1024 * 1024 * 1024;

export function managementApi(parts: ApiParts): ManagementApi {
  const { management, tenantId, publisherIdentifier } = parts;
  const activityFeed = `${management}/api/v1.0/${tenantId}/activity/feed`;
  const publisher = `PublisherIdentifier=${encodeURIComponent(publisherIdentifier)}`;
  const typed = (contentType: string) => `contentType=${encodeURIComponent(contentType)}`;
  const once = composeSend(parts);
  const persistently = parts.retry(once);
  const get = (send: Send, component: Component, url: string, signal: AbortSignal) =>
    send({ method: 'GET', url, signal, component });

  return {
    async listSubscriptions(stream, signal) {
      const response = await get(
        persistently,
        stream,
        `${activityFeed}/subscriptions/list?${publisher}`,
        signal,
      );
      return readSubscriptions(await readText(response, subscriptionsLimit));
    },
    async startSubscription(feed, signal) {
      const url = `${activityFeed}/subscriptions/start?${typed(feed.name)}&${publisher}`;
      try {
        const response = await once({
          method: 'POST',
          url,
          signal,
          component: feed,
          headers: { 'content-length': '0' },
        });
        await readText(response, subscriptionsLimit);
      } catch (error) {
        if (!(error instanceof ApiError) || error.entry?.effect !== 'success') throw error;
      }
    },
    listContent(feed, { from, to }, signal) {
      const window = `startTime=${formatTime(from)}&endTime=${formatTime(to)}`;
      const url = `${activityFeed}/subscriptions/content?${typed(feed.name)}&${window}&${publisher}`;
      return get(persistently, feed, url, signal);
    },
    listNextPage: (feed, url, signal) => get(persistently, feed, withPublisher(url, publisher), signal),
    nextPage: (response) => nextPageOf(response, management),
    fetchBlob(feed, blob, signal) {
      const url = withPublisher(blobAddress(blob, management, activityFeed), publisher);
      return once({ method: 'GET', url, signal, component: feed, maximumBytes: contentLimit });
    },
  };
}

/** Innermost first: the hosts, the meaning of errors, the token, the counters, the budget. */
function composeSend({ management, send, tokens, limit, telemetry }: ApiParts): Send {
  const hosts = allowHosts([management])(send);
  const explained: Send = (request) =>
    hosts(request).catch((error: unknown) => {
      throw explainApiError(error);
    });
  const counted = countRequests(telemetry, isThrottling)(refusePartial(explained));
  return limit(authorize(tokens, isTokenRefused)(counted));
}

/** Whatever other success stands in for the whole, such as a part of it, holds fewer records than there are. */
function refusePartial(send: Send): Send {
  return async (request) => {
    const response = await send(request);
    if (request.method !== 'GET' || response.status === 200) return response;
    throw readApiError(await readText(response, excerptLimit).catch(() => ''), response.status, undefined);
  };
}

/** Returns the wait that Microsoft asks for, where an error says that this tenant asks too much. */
export function throttling(error: unknown): { readonly afterMs: number | undefined } | undefined {
  if (!(error instanceof ApiError) || error.entry?.effect !== 'slow down') return undefined;
  return { afterMs: waitAskedBy(error) };
}

export function isThrottling(error: unknown): boolean {
  return throttling(error) !== undefined;
}

function isTokenRefused(error: OperatorError): boolean {
  return error instanceof ApiError && error.status === 401;
}

function withPublisher(url: string, publisher: string): string {
  if (/[?&]PublisherIdentifier=/i.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${publisher}`;
}

function nextPageOf(response: HttpResponse, management: string): string | undefined {
  // Some proxies leave a line break at the end of the value.
  const url = (response.header('nextpageuri') ?? response.header('nextpageurl') ?? '').trim();
  if (url === '') return undefined;
  if (URL.canParse(url) && new URL(url).origin === management && isApiPath(new URL(url).pathname)) return url;
  throw new OperatorError({
    code: 'next-page-refused',
    message: `The API named a next page on ${URL.canParse(url) ? new URL(url).origin : 'no readable address'}, which is not ${management}.`,
    advice:
      'The page was not asked for, so this window stays incomplete. Check management_url, and what stands in between.',
    retry: { kind: 'later', afterMs: 60_000 },
  });
}

const isApiPath = (path: string) => /^\/api\/v1(?:\.0)?\//.test(path);

/** The address Microsoft gave, where it is one of this host; else made anew, so that the token never leaves. */
function blobAddress(blob: Pick<Item, 'id' | 'data'>, management: string, activityFeed: string): string {
  const given = URL.canParse(blob.data) ? new URL(blob.data) : undefined;
  if (given?.origin === management && isApiPath(given.pathname)) return blob.data;
  if (/^[\w$.~-]{1,1024}$/.test(blob.id)) return `${activityFeed}/audit/${blob.id}`;
  throw new OperatorError({
    code: 'content-address-refused',
    message: `Content ${blob.id.slice(0, 100)} is said to be at ${given?.origin ?? 'no readable address'}, which is not ${management}.`,
    advice:
      'It was not asked for. Check management_url and cloud; it is looked at again until its date has passed.',
    retry: { kind: 'later' },
  });
}

function readSubscriptions(text: string): Subscription[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw readApiError(text, 200, undefined);
  }
  if (!Array.isArray(list)) throw readApiError(text, 200, undefined);
  return list.flatMap((entry: unknown) => {
    const field = (key: string, of: unknown = entry): unknown =>
      typeof of === 'object' && of !== null
        ? Object.entries(of).find(([name]) => name === key)?.[1]
        : undefined;
    const contentType = field('contentType');
    if (typeof contentType !== 'string') return [];
    const status = field('status');
    const webhook = field('address', field('webhook'));
    return [
      {
        contentType,
        enabled: typeof status === 'string' ? status.toLowerCase() === 'enabled' : undefined,
        webhook: typeof webhook === 'string' ? webhook : undefined,
      },
    ];
  });
}
