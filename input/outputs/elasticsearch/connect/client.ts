// The official client over our own dispatcher. It never retries: an unknown outcome must be seen, not repeated.

import { Client } from '@elastic/elasticsearch';
import type { Dispatcher } from 'undici';
import { hostOf } from '../../../http/exchange.ts';
import { explainFailure, explainStatus, Failure } from '../errors/failure.ts';
import { connectionOver, RequestContext } from './dispatcher-connection.ts';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Lines that are JSON already. */
  readonly lines?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the trace. */
  readonly name: string;
  readonly index?: string;
}

export interface Answer {
  readonly status: number;
  /** Parsed, where it was JSON. */
  readonly body: unknown;
}

export interface OneShotClient {
  /** Resolves for 2xx and for the statuses in `accept`; rejects with a Failure, or with the signal's reason. */
  send(
    request: Request,
    authorization: string | undefined,
    signal: AbortSignal,
    accept: readonly number[],
  ): Promise<Answer>;
  close(): Promise<void>;
}

export function makeClient(
  hosts: readonly URL[],
  dispatcher: Dispatcher,
  headers: Readonly<Record<string, string>>,
): OneShotClient {
  const client = new Client({
    nodes: hosts.map((url) => ({ url: withoutCredentials(url) })),
    Connection: connectionOver(dispatcher),
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
  request: Request,
  authorization: string | undefined,
  signal: AbortSignal,
  accept: readonly number[],
): Promise<Answer> {
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
        // Every status is ours to judge, and comes with its body.
        ignore: allErrors,
        headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
      },
    );
    const status = statusCode ?? 0;
    if ((status >= 200 && status < 300) || accept.includes(status)) return { status, body };
    throw explainStatus(hostOf(context.origin), status, body, headers?.['retry-after']);
  } catch (error) {
    if (error instanceof Failure) throw error;
    signal.throwIfAborted();
    throw explainFailure(context, error);
  }
}

const allErrors = Array.from({ length: 300 }, (_, index) => 300 + index);
