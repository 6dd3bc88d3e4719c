// Reads the outcome of each document from the answer to a bulk request.

import { isObject } from '../../../pipelines/json/unknown.ts';
import { excerptOf } from '../../http/exchange.ts';
import type { TakenBy } from './backing-indices/earlier-attempt.ts';
import { ElasticsearchError, reasonOf } from './errors/elasticsearch-error.ts';
import { codeOf, type ErrorDiagnosis, explainError, type ReportedError } from './errors/error-table.ts';

export type DocumentOutcome =
  | ({ readonly kind: 'created' } & TakenBy)
  | ({ readonly kind: 'exists' } & TakenBy)
  /** The document will never be taken as it is. `aside`: it lies in the failure store. */
  | { readonly kind: 'refused'; readonly type: string; readonly reason: string; readonly aside?: boolean }
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

/** A failure store keeps a document that the data stream refuses, but where no detection rule looks. */
const inFailureStore: DocumentOutcome = {
  kind: 'refused',
  aside: true,
  type: 'failure_store',
  reason: 'Elasticsearch refused it and kept it in the failure store of the data stream',
};

function readOutcome(item: unknown): DocumentOutcome {
  const result = isObject(item) ? item.create : undefined;
  const status = isObject(result) && typeof result.status === 'number' ? result.status : 0;
  if (!isObject(result) || status === 0) return unreadableOutcome;
  if (result.failure_store === 'used') return inFailureStore;
  if (status >= 200 && status < 300) return { kind: 'created', ...takenBy(result) };
  const error = isObject(result.error) ? result.error : {};
  const type = typeof error.type === 'string' ? excerptOf(error.type) : `http-${status}`;
  if (status === 409 && type === 'version_conflict_engine_exception')
    return { kind: 'exists', ...takenBy(result) };
  return explainItem({ status, type, reason: reasonOf(error), about: 'document' });
}

function takenBy({ _index: index, _id: id }: Readonly<Record<string, unknown>>): TakenBy {
  return {
    index: typeof index === 'string' ? index : undefined,
    id: typeof id === 'string' ? id : undefined,
  };
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
