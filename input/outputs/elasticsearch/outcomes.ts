// Reads the outcome of each document from the answer to a bulk request.

import { isObject } from '../../../pipelines/json/unknown.ts';
import { excerptOf } from '../../http/exchange.ts';
import { ElasticsearchError, reasonOf } from './errors/elasticsearch-error.ts';
import { codeOf, type ErrorDiagnosis, explainError, type ReportedError } from './errors/error-table.ts';

export type DocumentOutcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists' }
  /** The document will never be taken as it is. */
  | { readonly kind: 'refused'; readonly type: string; readonly reason: string }
  /** The document can be taken once something else has changed. */
  | {
      readonly kind: 'later';
      readonly error: ReportedError;
      readonly diagnosis: ErrorDiagnosis;
      /** True when Elasticsearch may have stored it all the same. */
      readonly uncertain: boolean;
    };

/** Returns the outcomes in the order of the request; undefined when the answer does not hold exactly `count` of them. */
export function readOutcomes(body: unknown, count: number): readonly DocumentOutcome[] | undefined {
  const items = isObject(body) ? body.items : undefined;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  return items.map(readOutcome);
}

const created: DocumentOutcome = { kind: 'created' };
const exists: DocumentOutcome = { kind: 'exists' };

/** A failure store keeps a document that the data stream refuses, but where no detection rule looks. */
const inFailureStore: DocumentOutcome = {
  kind: 'refused',
  type: 'failure_store',
  reason: 'Elasticsearch refused it and kept it in the failure store of the data stream',
};

function readOutcome(item: unknown): DocumentOutcome {
  const result = isObject(item) ? item.create : undefined;
  const status = isObject(result) && typeof result.status === 'number' ? result.status : 0;
  if (!isObject(result) || status === 0) return unreadableOutcome;
  if (result.failure_store === 'used') return inFailureStore;
  if (status >= 200 && status < 300) return created;
  const error = isObject(result.error) ? result.error : {};
  const type = typeof error.type === 'string' ? excerptOf(error.type) : `http-${status}`;
  if (status === 409 && type === 'version_conflict_engine_exception') return exists;
  return explainItem({ status, type, reason: reasonOf(error), about: 'document' });
}

function explainItem(error: ReportedError): DocumentOutcome {
  const diagnosis = explainError(error);
  if (diagnosis.category === 'document') return { kind: 'refused', type: error.type, reason: error.reason };
  return { kind: 'later', error, diagnosis, uncertain: error.status === 0 || error.status >= 500 };
}

const unreadableOutcome = explainItem({
  status: 0,
  type: 'unreadable',
  reason: 'an unreadable outcome',
  about: 'document',
});

export function explainOutcome(
  dataStream: string,
  outcome: Extract<DocumentOutcome, { kind: 'later' }>,
): ElasticsearchError {
  const { error, diagnosis } = outcome;
  const { status, type, reason } = error;
  return ElasticsearchError.later(
    codeOf(error, diagnosis),
    `${dataStream} takes no documents: ${reason === '' ? type : reason} (${status}).`,
    diagnosis.advice,
    diagnosis,
  );
}
