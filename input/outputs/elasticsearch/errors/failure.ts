// A request that failed: whether it may have written something, what to do with its documents, what to tell the operator.
// What an error of Elasticsearch's means is error-table.ts; outcomes of single documents are outcomes.ts.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import { describeError, OperatorError } from '../../../contract/errors.ts';
import { parseRetryAfter } from '../../../http/back-off.ts';
import { excerptOf, hostOf } from '../../../http/exchange.ts';
import { readNetworkFailure } from '../../../http/network-failure.ts';
import { explainWrongScheme } from '../../../http/wrong-scheme.ts';
import { codeOf, explainError, type Said, type Trouble } from './error-table.ts';

/** `again`: send the same. `halves`: too large, or one document spoils it. */
export type Remedy = 'again' | 'halves';

interface FailureFields {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
  readonly cause?: unknown;
  /** 0 when there was no answer. */
  readonly status: number;
  /** Elasticsearch's own name for the error, or the network's. */
  readonly type: string;
  /** True when Elasticsearch may have carried out the request all the same. */
  readonly uncertain: boolean;
  /** Nothing gets better until somebody acts. */
  readonly needsOperator: boolean;
  /** Undefined where Elasticsearch did not say what is wrong. */
  readonly trouble?: Trouble | undefined;
  readonly remedy?: Remedy | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** Any of them may pass by itself or be mended from outside, so that trying again always makes sense. */
export class Failure extends OperatorError {
  readonly status: number;
  readonly type: string;
  readonly uncertain: boolean;
  readonly trouble: Trouble | undefined;
  readonly remedy: Remedy;
  readonly retryAfterMs: number | undefined;

  constructor(fields: FailureFields) {
    super({ ...fields, retry: { kind: 'later', afterMs: fields.retryAfterMs } });
    this.name = 'Failure';
    this.status = fields.status;
    this.type = fields.type;
    this.uncertain = fields.uncertain;
    this.trouble = fields.trouble;
    this.remedy = fields.remedy ?? 'again';
    this.retryAfterMs = fields.retryAfterMs;
  }

  /** For an answer that was no error by its status. */
  static later(
    code: string,
    message: string,
    advice: string,
    more: Partial<Pick<FailureFields, 'uncertain' | 'needsOperator' | 'trouble'>> = {},
  ): Failure {
    const fields = { code, message, advice, status: 200, type: code, uncertain: false, needsOperator: false };
    return new Failure({ ...fields, ...more });
  }
}

/** Whatever else was thrown, such as a secret's file that cannot be read; a mistake of ours leaves the outcome open. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const explained = error instanceof OperatorError ? error : undefined;
  return Failure.later(
    explained?.code ?? 'elasticsearch',
    explained?.message ?? describeError(error),
    explained?.advice ?? '',
    { uncertain: explained === undefined, needsOperator: explained?.needsOperator ?? false },
  );
}

/** Certificates and schemes that do not fit stay as they are until somebody changes them. */
const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/** Nothing of a request has left this machine when one of these comes up. */
const neverSent = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  ...untrusted,
]);

/** A request without an answer, or with one that is not Elasticsearch's. */
export function explainFailure(
  { origin, networkFailure }: { readonly origin: string; readonly networkFailure: unknown },
  error: unknown,
): Failure {
  const host = hostOf(origin);
  if (networkFailure === undefined) return explainStrangeAnswer(host, error);
  const scheme = explainWrongScheme(networkFailure, origin);
  const code = neverSentCode(networkFailure);
  const uncertain = code === undefined;
  const advice = uncertain
    ? 'It is tried again.'
    : 'Check that Elasticsearch runs there, and hosts, ssl and proxy_url of the output.';
  return new Failure({
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

/** The code that proves it, at any depth: several addresses of one host fail together, and causes are wrapped. */
function neverSentCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause, errors }: { code?: unknown; cause?: unknown; errors?: unknown } = error;
  if (typeof code === 'string' && neverSent.has(code)) return code;
  return Array.isArray(errors) ? neverSentCode(errors[0]) : neverSentCode(cause);
}

function explainStrangeAnswer(host: string, error: unknown): Failure {
  return new Failure({
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

/** An answer with an error status. */
export function explainStatus(
  host: string,
  status: number,
  body: unknown,
  retryAfter?: string | string[] | undefined,
): Failure {
  const { type, reason } = readError(body);
  const said: Said = { status, type, reason, about: 'request' };
  const meaning = explainError(said);
  const aboutDocuments = meaning.trouble === 'document';
  return new Failure({
    ...meaning,
    code: codeOf(said, meaning),
    message: `${host} answered ${status}${reason === '' ? '' : `: ${reason}`}.`,
    status,
    type: type === '' ? `http-${status}` : type,
    uncertain: status === 408 || status >= 500 || aboutDocuments,
    remedy: status === 413 || aboutDocuments ? 'halves' : 'again',
    retryAfterMs: parseRetryAfter(firstOf(retryAfter), Date.now()),
  });
}

/** Type and reason of an Elasticsearch error, on one line each; of anything else, its first words. */
function readError(body: unknown): { type: string; reason: string } {
  const error = isObject(body) ? body.error : undefined;
  if (isObject(error)) return { type: textOf(error.type), reason: reasonOf(error) };
  if (typeof error === 'string') return { type: '', reason: excerptOf(error) };
  return { type: '', reason: typeof body === 'string' ? excerptOf(body) : '' };
}

/** The outermost reason, the innermost, which tells the most, and why a key is not taken. */
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
