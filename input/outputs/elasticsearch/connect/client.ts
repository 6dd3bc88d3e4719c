// The official client over our own dispatcher. It never retries, because an unknown outcome must be seen, not repeated.

import { type BaseConnectionPool, Client, errors } from '@elastic/elasticsearch';
import type { Dispatcher } from 'undici';
import { hostOf } from '../../../http/exchange.ts';
import { ElasticsearchError, explainFailure, explainStatus } from '../errors/elasticsearch-error.ts';
import { connectionOver, RequestContext } from './dispatcher-connection.ts';

export interface ElasticsearchRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** The path, encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** The body, sent as JSON. */
  readonly body?: object;
  /** The lines of an NDJSON body, encoded already. */
  readonly lines?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The name of the endpoint in traces. */
  readonly name: string;
  readonly index?: string;
}

export interface ElasticsearchResponse {
  readonly status: number;
  /** The body, parsed where it was JSON. */
  readonly body: unknown;
}

export interface OneShotClient {
  /** Resolves for 2xx and for the statuses in `accept`; rejects with a Failure, or with the signal's reason. */
  send(
    request: ElasticsearchRequest,
    authorization: string | undefined,
    signal: AbortSignal,
    accept: readonly number[],
  ): Promise<ElasticsearchResponse>;
  close(): Promise<void>;
}

export interface ClientParts {
  readonly hosts: readonly URL[];
  readonly dispatcher: Dispatcher;
  readonly pool: typeof BaseConnectionPool;
  readonly headers: Readonly<Record<string, string>>;
}

export function makeClient({ hosts, dispatcher, pool, headers }: ClientParts): OneShotClient {
  const client = new Client({
    nodes: hosts.map((url) => ({ url: withoutCredentials(url) })),
    Connection: connectionOver(dispatcher),
    ConnectionPool: pool,
    maxRetries: 0,
    compression: false,
    headers: { ...headers },
  });
  return {
    send: (request, authorization, signal, accept) => send(client, request, authorization, signal, accept),
    close: () => client.close(),
  };
}

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

async function send(
  client: Client,
  request: ElasticsearchRequest,
  authorization: string | undefined,
  signal: AbortSignal,
  accept: readonly number[],
): Promise<ElasticsearchResponse> {
  const context = new RequestContext();
  try {
    const { statusCode, body, headers } = await client.transport.request(
      {
        method: request.method,
        path: request.path,
        ...(request.query && { querystring: { ...request.query } }),
        ...(request.body && { body: { ...request.body } }),
        ...(request.lines && { bulkBody: request.lines }),
        meta: { name: request.name, ...(request.index && { pathParts: { index: request.index } }) },
      },
      {
        meta: true,
        signal,
        context: { request: context },
        // An error status is judged here. Those of a host that is not well go through the client, which lets it rest.
        ignore: errorsOfRequests,
        headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
      },
    );
    const status = statusCode ?? 0;
    if ((status >= 200 && status < 300) || accept.includes(status)) return { status, body };
    throw explainStatus(hostOf(context.origin), status, body, headers?.['retry-after']);
  } catch (error) {
    if (error instanceof ElasticsearchError) throw error;
    signal.throwIfAborted();
    if (error instanceof errors.ResponseError)
      throw explainStatus(
        hostOf(context.origin),
        error.statusCode ?? 0,
        error.body,
        error.headers?.['retry-after'],
      );
    throw explainFailure(context, error);
  }
}

const unwell = new Set([502, 503, 504]);
const errorsOfRequests = Array.from({ length: 300 }, (_, index) => 300 + index).filter(
  (status) => !unwell.has(status),
);
