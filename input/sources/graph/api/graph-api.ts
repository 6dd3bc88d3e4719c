// Asks Graph for the pages of a slice of time, over HTTP as a tenant needs it: authorised, counted, within the budgets. It
// knows addresses; it knows nothing of checkpoints or records.

import { OperatorError, waitAskedBy } from '../../../contract/errors.ts';
import type { Feed } from '../../../contract/feed.ts';
import type { Telemetry } from '../../../contract/telemetry.ts';
import { allowHosts } from '../../../http/allow-hosts.ts';
import { authorize, type TokenProvider } from '../../../http/authorize.ts';
import { countRequests } from '../../../http/count-requests.ts';
import type { HttpRequest, HttpResponse, Send, Wrapper } from '../../../http/exchange.ts';
import {
  type FeedQuery,
  type LogType,
  permissionsOf,
  type SlicedQuery,
  type SnapshotQuery,
} from '../log-type.ts';
import type { Slice } from '../polling/slices.ts';
import { explainGraphError, GraphError } from './graph-error.ts';

export interface GraphApi {
  /** A page, whose body is yet to be read: the first of the slice, or the one at the address that the last page gave. */
  askPage(request: PageRequest, signal: AbortSignal): Promise<HttpResponse>;
}

export type PageRequest = {
  readonly feed: Feed;
  /** Absent for the first page. */
  readonly nextLink?: string | undefined;
  /** Fewer records than a page of the feed has; for a question that wants none of them. */
  readonly pageSize?: number;
} & PageQuery;

/** What has no time is asked for whole. */
type PageQuery =
  | { readonly query: SlicedQuery; readonly slice: Slice }
  | { readonly query: SnapshotQuery; readonly slice?: undefined };

export interface GraphApiParts {
  readonly graph: string;
  readonly logType: LogType;
  readonly feeds: readonly FeedQuery[];
  /** The transport, skew included; it sees requests as they leave. */
  readonly send: Send;
  readonly tokens: TokenProvider;
  /** The budgets, each wrapped around the next. */
  readonly limits: readonly Wrapper[];
  readonly retry: Wrapper;
  readonly telemetry: Telemetry;
}

/** A page of a thousand sign-ins has some megabytes. */
const pageLimit = 512 * 1024 * 1024;

export function graphApi(parts: GraphApiParts): GraphApi {
  const send = composeSend(parts);
  return {
    askPage(request, signal) {
      const { feed, query, nextLink } = request;
      const url = nextLink ?? addressOf(parts.graph, request);
      if (!URL.canParse(url) || new URL(url).origin !== parts.graph) throw refusedPage(url, parts.graph);
      return send({
        method: 'GET',
        url,
        signal,
        component: feed,
        maximumBytes: pageLimit,
        headers: { accept: 'application/json', ...query.headers },
      });
    },
  };
}

/** Innermost first: the hosts, the meaning of errors, the counters, the token, the budgets, the repetition. */
function composeSend(parts: GraphApiParts): Send {
  const { graph, send, tokens, limits, retry, telemetry } = parts;
  const hosts = allowHosts([graph])(send);
  const explained: Send = (request) =>
    hosts(request).catch((error: unknown) => {
      throw explainGraphError(error, listNeeded(parts, request));
    });
  const counted = countRequests(telemetry, isThrottled)(explained);
  const authorized = authorize(tokens, isTokenRefused)(counted);
  return retry(limits.reduce((inner, limit) => limit(inner), authorized));
}

/** The permissions without which Graph refuses the request. */
function listNeeded({ logType, feeds }: GraphApiParts, { component }: HttpRequest): readonly string[] {
  const name = component !== undefined && 'name' in component ? component.name : undefined;
  const query = feeds.find((each) => each.name === name);
  return query === undefined ? logType.permissions : permissionsOf(logType, query);
}

/** Returns the wait that Microsoft asks for, where an error says that too much is asked. */
export function throttlingOf(error: unknown): { readonly afterMs: number | undefined } | undefined {
  if (!(error instanceof GraphError) || error.entry?.effect !== 'slow down') return undefined;
  return { afterMs: waitAskedBy(error) };
}

const isThrottled = (error: unknown): boolean => throttlingOf(error) !== undefined;
const isTokenRefused = (error: OperatorError): boolean => error instanceof GraphError && error.status === 401;

function addressOf(graph: string, request: PageRequest): string {
  const { query, slice, pageSize = query.pageSize } = request;
  if (slice === undefined) return `${graph}${query.path}`;
  const { path, timeProperty, endOperator, filter, expand } = query;
  const conditions = [
    `${timeProperty} ge ${formatTime(slice.from)}`,
    `${timeProperty} ${endOperator} ${formatTime(slice.to)}`,
    ...(filter === undefined ? [] : [filter]),
  ];
  const top = pageSize === undefined ? '' : `&$top=${pageSize}`;
  const along = expand === undefined ? '' : `&$expand=${expand}`;
  return `${graph}${path}?$filter=${encodeURIComponent(conditions.join(' and '))}${along}${top}`;
}

/** Slices begin and end on whole seconds. */
const formatTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function refusedPage(url: string, graph: string): OperatorError {
  return new OperatorError({
    code: 'next-page-refused',
    message: `Graph named a next page on ${URL.canParse(url) ? new URL(url).origin : 'no readable address'}, which is not ${graph}.`,
    advice:
      'The page was not asked for, so this slice of time stays incomplete. Check graph_url, and what stands in between.',
    retry: { kind: 'later', afterMs: 60_000 },
  });
}
