// Turns an answer of the API into an error that knows its entry in the catalogue. The code counts, not the status: the
// same code comes with several statuses, and as JSON, as something like JSON, or as text.

import { isObject, parseJson } from '../../../../pipelines/json/unknown.ts';
import { OperatorError, type Retry } from '../../../contract/errors.ts';
import { minuteMs } from '../../../contract/time.ts';
import { excerptOf, HttpError } from '../../../http/exchange.ts';
import { type CatalogueEntry, errorCatalogue } from './error-catalogue.ts';

const byCode = new Map(errorCatalogue.map((entry) => [entry.code, entry]));

export class ApiError extends OperatorError {
  /** The catalogue's word on it; undefined for a code or answer it does not know. */
  readonly entry: CatalogueEntry | undefined;
  /** HTTP status; 200 when the error came in place of content. */
  readonly status: number;

  constructor(fields: {
    code: string;
    entry: CatalogueEntry | undefined;
    status: number;
    text: string;
    retry: Retry;
    cause: unknown;
  }) {
    const { code, entry, status, text } = fields;
    const excerpt = excerptOf(messageIn(text));
    super({
      code,
      message: `${code}: ${entry?.cause ?? `the API answered ${status}.`}${excerpt === '' ? '' : ` It says: ${excerpt}`}`,
      advice: entry?.fix ?? 'It is tried again.',
      retry: fields.retry,
      needsOperator: entry?.effect === 'fail tenant' || entry?.effect === 'fail content type',
      cause: fields.cause,
    });
    this.entry = entry;
    this.status = status;
  }
}

/** An HttpError becomes an ApiError; everything else passes. */
export function explainApiError(error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  return readApiError(error.text, error.status, error.retryAfterMs, error);
}

export function readApiError(
  text: string,
  status: number,
  afterMs: number | undefined,
  cause?: unknown,
): ApiError {
  const code = diagnose(text, status);
  const entry = byCode.get(code);
  const wait =
    code === 'start-cool-down'
      ? (coolDownIn(text) ?? afterMs ?? entry?.afterMs)
      : (afterMs ?? entry?.afterMs);
  const retry: Retry = isFinal(entry) ? { kind: 'never' } : { kind: 'later', afterMs: wait };
  return new ApiError({ code, entry, status, text, retry, cause });
}

/** Another request has to be made, not the same one again. */
function isFinal(entry: CatalogueEntry | undefined): boolean {
  return entry?.effect === 'restart window' || entry?.effect === 'clamp window';
}

function diagnose(text: string, status: number): string {
  const { code, message } = readErrorMap(text);
  if (/frequent subscription start/i.test(text)) return 'start-cool-down';
  for (const place of [code, message, text]) {
    const found = /\bAF\d{3,5}\b/.exec(place)?.[0];
    if (found !== undefined) return found;
  }
  if (/StartSubscription \[CorrId=|Tenant [0-9a-f-]{36} does not exist/i.test(text)) return 'auditing-off';
  if (/subscription was disabled/i.test(text)) return 'AF20023';
  if (status === 401) return 'unauthorized';
  if (status === 429 || code === '429') return 'AF429';
  if (status === 403) return 'forbidden';
  return `http-${status}`;
}

/** Empty strings where the text is no JSON error map. */
function readErrorMap(text: string): { code: string; message: string } {
  const found = parseMap(text)?.error;
  const of = (key: string) => {
    const value = isObject(found) ? (found[key] ?? '') : '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return { code: of('code'), message: of('message') };
}

function messageIn(text: string): string {
  const { code, message } = readErrorMap(text);
  // The long diagnostic is cut in two: it begins as the code and ends as the message, with a stack trace.
  const whole = /^\w{0,40}$/.test(code) ? message : `${code}${message}`;
  return (whole === '' ? text : whole).split(/\r?\n\s*at /, 1)[0] ?? '';
}

function parseMap(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

/** "Please retry again after 14m 56s." */
function coolDownIn(text: string): number | undefined {
  const found = /after\s+(?:(\d+)\s*m)?\s*(?:(\d+)\s*s)?/i.exec(text);
  const ms = Number(found?.[1] ?? 0) * minuteMs + Number(found?.[2] ?? 0) * 1000;
  return ms > 0 ? ms : undefined;
}
