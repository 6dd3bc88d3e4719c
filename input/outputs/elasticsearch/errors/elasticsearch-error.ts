// The error of a failed request to Elasticsearch: it says whether documents may have been written, how to send them again,
// and what to tell the operator. error-table.ts diagnoses it; outcomes of single documents are in outcomes.ts.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import { describeError, OperatorError } from '../../../contract/errors.ts';
import { parseRetryAfter } from '../../../http/back-off.ts';
import { excerptOf, hostOf } from '../../../http/exchange.ts';
import { readNetworkFailure } from '../../../http/network-failure.ts';
import { explainWrongScheme } from '../../../http/wrong-scheme.ts';
import { codeOf, type ErrorCategory, explainError, type ReportedError } from './error-table.ts';

/** `again`: send the same request. `halves`: it is too large, or one of its documents spoils it. */
export type Remedy = 'again' | 'halves';

interface ElasticsearchErrorFields {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly cause?: unknown;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The name of the error, as Elasticsearch or the network gave it. */
  readonly type: string;
  /** True when Elasticsearch may have carried out the request all the same. */
  readonly uncertain: boolean;
  /** True when nothing gets better until somebody acts. */
  readonly needsOperator: boolean;
  /** The kind of error; undefined where Elasticsearch did not say what is wrong. */
  readonly category?: ErrorCategory | undefined;
  readonly remedy?: Remedy | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A failed request. Each may pass by itself or be mended from outside, so trying again always makes sense. */
export class ElasticsearchError extends OperatorError {
  readonly status: number;
  readonly type: string;
  readonly uncertain: boolean;
  readonly category: ErrorCategory | undefined;
  readonly remedy: Remedy;
  readonly retryAfterMs: number | undefined;

  constructor(fields: ElasticsearchErrorFields) {
    super({ ...fields, retry: { kind: 'later', afterMs: fields.retryAfterMs } });
    this.name = 'ElasticsearchError';
    this.status = fields.status;
    this.type = fields.type;
    this.uncertain = fields.uncertain;
    this.category = fields.category;
    this.remedy = fields.remedy ?? 'again';
    this.retryAfterMs = fields.retryAfterMs;
  }

  /** Makes the error of an answer that was none by its status. */
  static later(
    code: string,
    message: string,
    advice: string,
    more: Partial<Pick<ElasticsearchErrorFields, 'uncertain' | 'needsOperator' | 'category'>> = {},
  ): ElasticsearchError {
    const fields = { code, message, advice, status: 200, type: code, uncertain: false, needsOperator: false };
    return new ElasticsearchError({ ...fields, ...more });
  }
}

/** Wraps whatever was thrown, such as a secret's file that cannot be read. A mistake of ours leaves the outcome open. */
export function asElasticsearchError(error: unknown): ElasticsearchError {
  if (error instanceof ElasticsearchError) return error;
  const explained = error instanceof OperatorError ? error : undefined;
  return ElasticsearchError.later(
    explained?.code ?? 'elasticsearch',
    explained?.message ?? describeError(error),
    explained?.advice ?? '',
    { uncertain: explained === undefined, needsOperator: explained?.needsOperator ?? false },
  );
}

/** The codes of certificates and schemes that do not fit, and stay so until somebody changes them. */
const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_CERT_UNPINNED',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/** The codes of failures before anything of a request has left this machine. */
const neverSent = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  ...untrusted,
]);

/** Explains a request without an answer, or with one that is not Elasticsearch's. */
export function explainFailure(
  { origin, networkFailure }: { readonly origin: string; readonly networkFailure: unknown },
  error: unknown,
): ElasticsearchError {
  const host = hostOf(origin);
  if (networkFailure === undefined) return explainForeignAnswer(host, error);
  const scheme = explainWrongScheme(networkFailure, origin);
  const code = neverSentCode(networkFailure);
  const uncertain = code === undefined;
  const advice = uncertain
    ? 'It is tried again.'
    : 'Check that Elasticsearch runs there, and hosts, ssl and proxy_url of the output.';
  return new ElasticsearchError({
    code: 'elasticsearch-unreachable',
    message: `${host} did not answer: ${(scheme ?? readNetworkFailure(networkFailure)).what}.`,
    advice: scheme?.advice ?? advice,
    cause: networkFailure,
    status: 0,
    type: code ?? 'network',
    uncertain,
    needsOperator: scheme?.certain === true || (code !== undefined && untrusted.has(code)),
  });
}

/** Finds a code of `neverSent` at any depth: several addresses of one host fail together, and causes are wrapped. */
function neverSentCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause, errors }: { code?: unknown; cause?: unknown; errors?: unknown } = error;
  if (typeof code === 'string' && neverSent.has(code)) return code;
  return Array.isArray(errors) ? neverSentCode(errors[0]) : neverSentCode(cause);
}

function explainForeignAnswer(host: string, error: unknown): ElasticsearchError {
  return new ElasticsearchError({
    code: 'not-elasticsearch',
    message: `${host} does not answer as an Elasticsearch: ${describeError(error)}.`,
    advice: 'Check hosts of the output; a proxy or a sign-in page may stand in between.',
    cause: error,
    status: 0,
    type: 'not-elasticsearch',
    uncertain: true,
    // An answer that cannot be read may have been cut off; one of another product stays one.
    needsOperator: error instanceof Error && error.name === 'ProductNotSupportedError',
  });
}

/** Explains an answer with an error status. */
export function explainStatus(
  host: string,
  status: number,
  body: unknown,
  retryAfter?: string | string[] | undefined,
): ElasticsearchError {
  const { type, reason } = readError(body);
  const reported: ReportedError = { status, type, reason, about: 'request' };
  const diagnosis = explainError(reported);
  const aboutDocuments = diagnosis.category === 'document';
  return new ElasticsearchError({
    ...diagnosis,
    code: codeOf(reported, diagnosis),
    message: `${host} answered ${status}${reason === '' ? '' : `: ${reason}`}.`,
    status,
    type: type === '' ? `http-${status}` : type,
    uncertain: status === 408 || status >= 500 || aboutDocuments,
    remedy: status === 413 || aboutDocuments ? 'halves' : 'again',
    retryAfterMs: parseRetryAfter(firstOf(retryAfter), Date.now()),
  });
}

/** Reads type and reason of an Elasticsearch error, one line each; the reason of anything else is its first words. */
function readError(body: unknown): { type: string; reason: string } {
  const error = isObject(body) ? body.error : undefined;
  if (isObject(error)) return { type: textOf(error.type), reason: reasonOf(error) };
  if (typeof error === 'string') return { type: '', reason: excerptOf(error) };
  return { type: '', reason: typeof body === 'string' ? excerptOf(body) : '' };
}

/** Joins the outermost reason, the innermost, which tells the most, and the reason why a key is not accepted. */
export function reasonOf(error: Readonly<Record<string, unknown>>): string {
  const outer = textOf(error.reason);
  let inner = error;
  while (isObject(inner.caused_by)) inner = inner.caused_by;
  const innermost = textOf(inner.reason);
  const reason = outer.includes(innermost) ? outer : `${outer} (${innermost})`;
  const why = textOf(error.additional_unsuccessful_credentials);
  return why === '' || reason.includes(why) ? reason : `${reason} (${why})`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? excerptOf(value, 1000) : '';
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
