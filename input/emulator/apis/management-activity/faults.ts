// The faults that only the Management Activity API knows: its error codes, its diagnostic, and the addresses that its
// listings give.

import type { ApiRequest } from '../../api.ts';
import type { FaultSchemas, NamedFault } from '../../faults/plan.ts';
import type { HttpAnswer } from '../../server/answer.ts';
import { answerAf } from './af-errors.ts';
import { answerAuditingOff } from './auditing-off.ts';

export type ActivityFault =
  | {
      readonly kind: 'af';
      readonly code: string;
      readonly status?: number;
      readonly message?: string;
      readonly singleQuoted?: boolean;
      /** Seconds, or an HTTP date. */
      readonly retryAfter?: number | string;
    }
  | { readonly kind: 'error-map'; readonly code?: string; readonly status?: number }
  | { readonly kind: 'auditing-off' }
  | { readonly kind: 'next-page-header'; readonly name: string }
  | { readonly kind: 'foreign-host'; readonly in: 'next-page' | 'content-uri'; readonly url?: string };

const text = { type: 'string' } as const;
const status = { type: 'integer', minimum: 200, maximum: 599 } as const;

const schemas: Record<ActivityFault['kind'], Record<string, object>> = {
  af: {
    'code!': text,
    status,
    message: text,
    singleQuoted: { type: 'boolean' },
    retryAfter: { type: ['integer', 'string'] },
  },
  'error-map': { code: text, status },
  'auditing-off': {},
  'next-page-header': { 'name!': text },
  'foreign-host': { 'in!': { enum: ['next-page', 'content-uri'] }, url: text },
};

export const faultSchemas: FaultSchemas = schemas;

const isActivityFault = (fault: NamedFault): fault is ActivityFault => Object.hasOwn(schemas, fault.kind);

/** Answers in place of the operation; undefined where the operation must happen. */
export function answerFault(fault: NamedFault, { route, account }: ApiRequest): HttpAnswer | undefined {
  if (!isActivityFault(fault)) return undefined;
  switch (fault.kind) {
    case 'af': {
      const { retryAfter } = fault;
      return answerAf(fault.code, {
        ...fault,
        headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
      });
    }
    case 'error-map':
      return answerAf(fault.code ?? 'AF50000', { status: fault.status ?? 200 });
    case 'auditing-off':
      return answerAuditingOff(account?.tenantId ?? '', route.contentType ?? '');
    default:
      return undefined;
  }
}

/** Changes what a listing answers. `url` is the emulator's own address, `foreignUrl` that of the foreign host. */
export function alterAnswer(
  fault: NamedFault,
  answer: HttpAnswer,
  url: string,
  foreignUrl: string,
): HttpAnswer {
  if (!isActivityFault(fault)) return answer;
  switch (fault.kind) {
    case 'next-page-header':
      return renameHeader(answer, 'NextPageUri', fault.name);
    case 'foreign-host':
      return fault.in === 'next-page'
        ? replaceNextPage(answer, url, fault.url ?? foreignUrl)
        : replaceContentUris(answer, url, fault.url ?? foreignUrl);
    default:
      return answer;
  }
}

function renameHeader(answer: HttpAnswer, from: string, to: string): HttpAnswer {
  const { [from]: value, ...headers } = answer.headers;
  return value === undefined ? answer : { ...answer, headers: { ...headers, [to]: value } };
}

function replaceNextPage(answer: HttpAnswer, url: string, foreign: string): HttpAnswer {
  const next = answer.headers.NextPageUri;
  return next === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, NextPageUri: next.replace(url, foreign) } };
}

const replaceContentUris = (answer: HttpAnswer, url: string, foreign: string): HttpAnswer =>
  typeof answer.body === 'string'
    ? { ...answer, body: answer.body.replaceAll(`"contentUri":"${url}`, `"contentUri":"${foreign}`) }
    : answer;
