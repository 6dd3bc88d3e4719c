// The types of an HTTP request and its response. Everything else in this folder wraps a `Send`, the function from one to
// the other, in another `Send`; transport.ts has the innermost one.

import type { Component } from '../contract/component.ts';
import { OperatorError, type Retry, redact } from '../contract/errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** The URL, sent as it stands: Microsoft's content URIs hold a raw `$`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** The most bytes that the body of the answer may hold, decompressed; `usualBodyLimit` where absent. */
  readonly maximumBytes?: number;
  /** The component that counts this request. */
  readonly component?: Component;
}

export interface HttpResponse {
  readonly status: number;
  /** Returns the first value of a header; the name is in lower case. */
  header(name: string): string | undefined;
  /**
   * The body, decompressed. It is to be iterated to its end, or left by `break`, which closes the connection. It fails with
   * `answer-too-large` past the limit of the request: a few bytes of gzip may expand without end.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends a request. Rejects with an OperatorError: an HttpError for any status but 2xx, else the explained network failure. */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** Wraps one behaviour around a Send. */
export type Wrapper = (send: Send) => Send;

/** The limit of any answer but content: the longest page of a listing is a small part of it. */
export const defaultBodyLimit = 64 * 1024 * 1024;

/** The limit of an error's body, much longer than any of Microsoft's. */
export const errorBodyLimit = 16 * 1024;

const retryableStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/** An answer other than 2xx. `text` is the beginning of its body, redacted. */
export class HttpError extends OperatorError {
  readonly status: number;
  readonly text: string;
  readonly url: string;
  /** The wait of Retry-After, with whatever status it came. */
  readonly retryAfterMs: number | undefined;
  /** The Date header of the answer. */
  readonly date: string | undefined;
  /** The server's name for the request. */
  readonly requestId: string | undefined;

  constructor(fields: {
    status: number;
    url: string;
    text: string;
    retryAfterMs: number | undefined;
    date: string | undefined;
    requestId?: string | undefined;
  }) {
    const excerpt = excerptOf(fields.text);
    const retry: Retry = retryableStatuses.has(fields.status)
      ? { kind: 'later', afterMs: fields.retryAfterMs }
      : { kind: 'never' };
    super({
      code: `http-${fields.status}`,
      message: `${hostOf(fields.url)} answered ${fields.status}${excerpt === '' ? ' with an empty body' : `: ${excerpt}`}.`,
      advice: retry.kind === 'later' ? 'It is tried again.' : '',
      retry,
    });
    this.status = fields.status;
    this.text = redact(fields.text);
    this.url = fields.url;
    this.retryAfterMs = fields.retryAfterMs;
    this.date = fields.date;
    this.requestId = fields.requestId;
  }
}

/** Returns the first words of a text on one line, safe to print. */
export function excerptOf(text: string, length = 200): string {
  const line = redact(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length <= length ? line : `${line.slice(0, length)}…`;
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}

/** Reads a body as text, up to a limit in bytes; the rest is not read. */
export async function readText(response: HttpResponse, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}
