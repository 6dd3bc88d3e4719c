// The innermost Send: it makes one request on undici, without retries or redirects, and decompresses the body. Statuses
// other than 2xx and failures of the network become errors that say what to do.

import type { Dispatcher } from 'undici';
import { OperatorError } from '../contract/errors.ts';
import { parseRetryAfter } from './back-off.ts';
import { decompress } from './decompress.ts';
import {
  defaultBodyLimit,
  errorBodyLimit,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  hostOf,
  readText,
  type Send,
} from './exchange.ts';
import { IncomingBody } from './incoming-body.ts';
import { explainNetworkFailure } from './network-failure.ts';
import { requestIdOf } from './request-trace.ts';

type HeaderFields = Readonly<Record<string, string | string[] | undefined>>;

export interface TransportSettings {
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly now: () => number;
}

/** Makes a Send that resolves with the head of the answer. */
export function transport({ dispatcher, userAgent, now }: TransportSettings): Send {
  return async (request) => {
    const { status, headers, body } = await exchange(dispatcher, userAgent, request);
    const response: HttpResponse = {
      status,
      header: (name) => firstValue(headers, name),
      body: limitBody(decompress(body, firstValue(headers, 'content-encoding'), request), request),
    };
    if (status >= 200 && status < 300) return response;
    const date = response.header('date');
    throw new HttpError({
      status,
      url: request.url,
      text: await readText(response, errorBodyLimit).catch(() => ''),
      retryAfterMs: parseRetryAfter(response.header('retry-after'), serverNow(date) ?? now()),
      date,
      requestId: requestIdOf(response.header),
    });
  };
}

/** Returns the server's time: a date in Retry-After is one by its clock. */
function serverNow(date: string | undefined): number | undefined {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : time;
}

interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly body: IncomingBody;
}

function exchange(dispatcher: Dispatcher, userAgent: string, request: HttpRequest): Promise<ResponseHead> {
  const { promise, resolve, reject } = Promise.withResolvers<ResponseHead>();
  const { signal } = request;
  if (signal.aborted) return Promise.reject(signal.reason);
  const { origin, pathname, search } = new URL(request.url);
  let body: IncomingBody | undefined;
  let abort = () => {};
  const onAbort = () => abort();
  signal.addEventListener('abort', onAbort);
  const settle = (error?: unknown) => {
    signal.removeEventListener('abort', onAbort);
    const failure =
      error === undefined
        ? undefined
        : signal.aborted
          ? signal.reason
          : explainNetworkFailure(error, request);
    if (body !== undefined) body.end(failure);
    else reject(failure);
  };
  const headers = { 'user-agent': userAgent, 'accept-encoding': 'gzip', ...request.headers };
  dispatcher.dispatch(
    { origin, path: pathname + search, method: request.method, headers, body: request.body ?? null },
    {
      onRequestStart: (controller) => {
        abort = () => controller.abort(new Error('The request was given up.'));
        if (signal.aborted) abort();
      },
      onResponseStart: (controller, status, received) => {
        if (status < 200) return;
        body = new IncomingBody(controller);
        resolve({ status, headers: received, body });
      },
      onResponseData: (_, chunk) => body?.push(chunk),
      onResponseEnd: () => settle(),
      onResponseError: (_, error) => settle(error),
    },
  );
  return promise;
}

function firstValue(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Passes the body on up to its limit. Leaving the loop closes the connection. */
async function* limitBody(
  body: AsyncIterable<Uint8Array>,
  { maximumBytes = defaultBodyLimit, url }: HttpRequest,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw tooLarge(url, maximumBytes);
    yield chunk;
  }
}

function tooLarge(url: string, mostBytes: number): OperatorError {
  return new OperatorError({
    code: 'answer-too-large',
    message: `An answer of ${hostOf(url)} holds more than ${mostBytes} bytes; the rest was not read.`,
    advice: 'It is asked for again. Look for what stands in between; Microsoft sends nothing as large.',
    retry: { kind: 'later' },
  });
}
