// Which operation a request is, read from its method and address alone.

import { readContentId } from './content/blob.ts';

export const operations = ['token', 'openid', 'list', 'start', 'stop', 'content', 'blob', 'other'] as const;

export type Operation = (typeof operations)[number];

export interface Route {
  readonly operation: Operation;
  readonly method: string;
  /** With the query, as received. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** As written in the address: a GUID, a domain, or wrong. */
  readonly tenant: string | undefined;
  readonly contentType: string | undefined;
  readonly contentId: string | undefined;
}

interface Pattern {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: Operation;
}

const feed = '^/api/v1(?:\\.0)?/([^/]+)/activity/feed';
const patterns: readonly Pattern[] = [
  { method: 'POST', path: /^\/([^/]+)\/oauth2\/(?:v2\.0\/)?token$/, operation: 'token' },
  { method: 'GET', path: /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/, operation: 'openid' },
  { method: 'GET', path: new RegExp(`${feed}/subscriptions/list$`), operation: 'list' },
  { method: 'POST', path: new RegExp(`${feed}/subscriptions/start$`), operation: 'start' },
  { method: 'POST', path: new RegExp(`${feed}/subscriptions/stop$`), operation: 'stop' },
  { method: 'GET', path: new RegExp(`${feed}/subscriptions/content$`), operation: 'content' },
  { method: 'GET', path: new RegExp(`${feed}/audit/(.+)$`), operation: 'blob' },
];

export function readRoute(method: string, target: string): Route {
  const url = new URL(target, 'http://emulator');
  for (const pattern of patterns) {
    const found = pattern.method === method ? pattern.path.exec(url.pathname) : null;
    if (found) return describe(pattern.operation, method, target, url, found);
  }
  return describe('other', method, target, url, []);
}

function describe(
  operation: Operation,
  method: string,
  target: string,
  url: URL,
  found: readonly (string | undefined)[],
): Route {
  const contentId = found[2] === undefined ? undefined : decode(found[2]);
  const asked = url.searchParams.get('contentType') ?? undefined;
  return {
    operation,
    method,
    target,
    path: url.pathname,
    query: url.searchParams,
    tenant: found[1] === undefined ? undefined : decode(found[1]),
    contentType: contentId === undefined ? asked : readContentId(contentId)?.contentType,
    contentId,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
