// The connection class of the official client over our own dispatcher, so that proxies, authorities and time-outs are
// those of every other request, and so that a failure keeps its code, which tells whether the request was sent.

import {
  BaseConnection,
  type ConnectionRequestOptions,
  type ConnectionRequestOptionsAsStream,
  type ConnectionRequestParams,
  type ConnectionRequestResponse,
  type ConnectionRequestResponseAsStream,
  errors,
} from '@elastic/elasticsearch';
import type { Dispatcher } from 'undici';
import { describeError } from '../../../contract/errors.ts';

/** The object in `context.request` of a request: it receives what the client's own errors leave out. */
export class RequestContext {
  /** The error below HTTP, where there was one. */
  networkFailure: unknown;
  /** The origin of the host that was asked. */
  origin = '';
}

/** Makes a connection class that is bound to one dispatcher; the caller closes that. */
export function connectionOver(dispatcher: Dispatcher): typeof BaseConnection {
  return class DispatcherConnection extends BaseConnection {
    override request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptions,
    ): Promise<ConnectionRequestResponse>;
    override request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptionsAsStream,
    ): Promise<ConnectionRequestResponseAsStream>;
    override async request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptions,
    ): Promise<ConnectionRequestResponse | ConnectionRequestResponseAsStream> {
      const context: unknown = options.context?.request;
      if (context instanceof RequestContext) context.origin = this.url.origin;
      try {
        const { statusCode, headers, body } = await dispatcher.request({
          origin: this.url.origin,
          path: pathOf(this.url, params),
          method: methodOf(params.method),
          headers: { ...plainHeaders(this.headers), ...plainHeaders(params.headers) },
          body: params.body ?? null,
          signal: options.signal ?? null,
        });
        if ('asStream' in options) return { statusCode, headers, body };
        const compressed = headers['content-encoding'] !== undefined;
        return {
          statusCode,
          headers,
          body: compressed ? Buffer.from(await body.arrayBuffer()) : await body.text(),
        };
      } catch (error) {
        if (options.signal?.aborted) throw new errors.RequestAbortedError('Request aborted');
        if (context instanceof RequestContext) context.networkFailure = error;
        throw new errors.ConnectionError(describeError(error));
      }
    }

    override async close(): Promise<void> {}
  };
}

function pathOf(url: URL, { path, querystring }: ConnectionRequestParams): string {
  const prefix = url.pathname.replace(/\/$/, '');
  return `${prefix}${path}${querystring ? `?${querystring}` : ''}`;
}

const methods: Readonly<Record<string, Dispatcher.HttpMethod>> = {
  GET: 'GET',
  HEAD: 'HEAD',
  POST: 'POST',
  PUT: 'PUT',
  DELETE: 'DELETE',
};

function methodOf(method: string): Dispatcher.HttpMethod {
  const known = methods[method];
  if (!known) throw new TypeError(`no HTTP method ${method}`);
  return known;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Makes header fields for undici, which refuses undefined values and would send both of two spellings of a name. */
function plainHeaders(headers: Headers | undefined): Record<string, string | string[]> {
  const plain: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) plain[name.toLowerCase()] = value;
  return plain;
}
