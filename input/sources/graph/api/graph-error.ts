// Turns a refusal of Graph into an error that knows its entry in the catalogue.

import { isObject, parseJson } from '../../../../pipelines/json/unknown.ts';
import { OperatorError, type Retry } from '../../../contract/errors.ts';
import { excerptOf, HttpError } from '../../../http/exchange.ts';
import { type GraphErrorEntry, graphErrors } from './error-catalogue.ts';

export class GraphError extends OperatorError {
  /** The catalogue's word on it; undefined for an answer it does not know. */
  readonly entry: GraphErrorEntry | undefined;
  /** HTTP status. */
  readonly status: number;

  constructor(fields: {
    entry: GraphErrorEntry | undefined;
    status: number;
    text: string;
    /** The permissions that the log type needs, for a refusal for want of one. */
    permissions: readonly string[];
    retry: Retry;
    cause: unknown;
  }) {
    const { entry, status, text, permissions } = fields;
    const excerpt = excerptOf(wordsOf(text));
    const code = entry?.code ?? `http-${status}`;
    const needed = code === 'missing-permission' ? ` It needs ${permissions.join(' and ')}.` : '';
    super({
      code,
      message: `${code}: ${entry?.cause ?? `Graph answered ${status}.`}${needed}${excerpt === '' ? '' : ` It says: ${excerpt}`}`,
      advice: entry?.fix ?? 'It is tried again.',
      retry: fields.retry,
      needsOperator: entry?.effect === 'fail feed',
      cause: fields.cause,
    });
    this.entry = entry;
    this.status = status;
  }
}

/** An HttpError becomes a GraphError; everything else passes. */
export function explainGraphError(error: unknown, permissions: readonly string[]): unknown {
  if (!(error instanceof HttpError)) return error;
  const { text, status, retryAfterMs } = error;
  return readGraphError(text, status, { permissions, afterMs: retryAfterMs, cause: error });
}

interface ErrorContext {
  readonly permissions: readonly string[];
  readonly afterMs?: number | undefined;
  readonly cause?: unknown;
}

export function readGraphError(
  text: string,
  status: number,
  { permissions, afterMs, cause }: ErrorContext,
): GraphError {
  const entry = findEntry(text, status);
  const retry: Retry =
    entry?.effect === 'restart slice'
      ? { kind: 'never' }
      : { kind: 'later', afterMs: afterMs ?? entry?.afterMs };
  return new GraphError({ entry, status, text, permissions, retry, cause });
}

function findEntry(text: string, status: number): GraphErrorEntry | undefined {
  const words = wordsOf(text);
  return graphErrors.find(
    (entry) => (entry.statuses?.includes(status) ?? true) && (entry.words?.test(words) ?? true),
  );
}

/** Code and message, where the text is an error of Graph's; else the text. */
function wordsOf(text: string): string {
  const value = parseJson(text);
  const error = isObject(value) ? value.error : undefined;
  if (!isObject(error)) return text;
  return [error.code, error.message].filter((part) => typeof part === 'string').join(': ');
}
