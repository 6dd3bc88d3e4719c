// The addresses of the Management Activity API, and the names by which the request log and fault plans know a request.

import type { ApiRoute } from '../../api.ts';
import type { RequestLabels } from '../../server/route.ts';
import { readContentId } from './content/blob.ts';

const feed = '^/api/v1(?:\\.0)?/(?<tenant>[^/]+)/activity/feed';

export const routes: readonly ApiRoute[] = [
  { operation: 'list', method: 'GET', path: new RegExp(`${feed}/subscriptions/list$`) },
  { operation: 'start', method: 'POST', path: new RegExp(`${feed}/subscriptions/start$`) },
  { operation: 'stop', method: 'POST', path: new RegExp(`${feed}/subscriptions/stop$`) },
  { operation: 'content', method: 'GET', path: new RegExp(`${feed}/subscriptions/content$`) },
  { operation: 'blob', method: 'GET', path: new RegExp(`${feed}/audit/(?<contentId>.+)$`) },
];

/** Returns the root of a tenant's addresses, as listings write it. */
export const formatFeedRoot = (url: string, tenantId: string): string =>
  `${url}/api/v1.0/${tenantId}/activity/feed`;

/** A blob has the content type that its id names; anything else the one in the query. */
export function readLabels(
  { contentId }: Readonly<Record<string, string>>,
  query: URLSearchParams,
): RequestLabels {
  const asked = query.get('contentType') ?? undefined;
  return {
    contentType: contentId === undefined ? asked : readContentId(contentId)?.contentType,
    contentId,
    publisherIdentifier: query.get('PublisherIdentifier') ?? undefined,
  };
}
