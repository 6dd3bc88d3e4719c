// The innermost Send: one request on undici, no retries, no redirects, bodies decompressed as they come. Statuses other
// than 2xx and failures of the network become errors that say what to do.

import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { type Dispatcher, request as undiciRequest } from 'undici';
import { parseRetryAfter } from './back-off.ts';
import {
  errorBodyLimit,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  readText,
  type Send,
} from './exchange.ts';
import { explainNetworkFailure } from './network-failure.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface TransportSettings {
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly now: () => number;
}

/** Sends one request and waits for the head of its answer. */
export function transport({ dispatcher, userAgent, now }: TransportSettings): Send {
  return async (request) => {
    const { statusCode, headers, body } = await dispatch(dispatcher, userAgent, request);
    const response: HttpResponse = {
      status: statusCode,
      header: (name) => firstValue(headers, name),
      body: explained(decompress(body, firstValue(headers, 'content-encoding')), request),
    };
    if (statusCode >= 200 && statusCode < 300) return response;
    throw new HttpError({
      status: statusCode,
      url: request.url,
      text: await readText(response, errorBodyLimit).catch(() => ''),
      retryAfterMs: parseRetryAfter(response.header('retry-after'), now()),
      date: response.header('date'),
    });
  };
}

async function dispatch(dispatcher: Dispatcher, userAgent: string, request: HttpRequest) {
  try {
    return await undiciRequest(request.url, {
      dispatcher,
      method: request.method,
      headers: { 'user-agent': userAgent, 'accept-encoding': 'gzip', ...request.headers },
      body: request.body ?? null,
      signal: request.signal,
    });
  } catch (error) {
    throw explainNetworkFailure(error, request);
  }
}

function firstValue(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function decompress(body: Readable, encoding: string | undefined): Readable {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'deflate') return body;
  const inflate = name === 'deflate' ? createInflate() : createGunzip();
  body.once('error', (error) => inflate.destroy(error));
  inflate.once('close', () => body.destroy());
  return body.pipe(inflate);
}

async function* explained(body: Readable, request: HttpRequest): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw explainNetworkFailure(error, request);
  }
}
