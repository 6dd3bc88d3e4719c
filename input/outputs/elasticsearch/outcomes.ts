// What became of each document of a bulk request that was carried out.

import { isObject } from '../../../pipelines/json/unknown.ts';
import { excerptOf } from '../../http/exchange.ts';
import { codeOf, explainError, type Meaning, type Said } from './errors/error-table.ts';
import { Failure, reasonOf } from './errors/failure.ts';

export type Outcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'exists' }
  /** It will never be taken as it is. */
  | { readonly kind: 'refused'; readonly type: string; readonly reason: string }
  /** Something has to change first. */
  | {
      readonly kind: 'later';
      readonly said: Said;
      readonly meaning: Meaning;
      /** Elasticsearch may have stored it all the same. */
      readonly uncertain: boolean;
    };

/** Undefined when the answer does not speak of exactly `count` documents. */
export function readOutcomes(body: unknown, count: number): readonly Outcome[] | undefined {
  const items = isObject(body) ? body.items : undefined;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  return items.map(readOutcome);
}

const created: Outcome = { kind: 'created' };
const exists: Outcome = { kind: 'exists' };

/** A failure store takes what the data stream refuses: kept by Elasticsearch, but where no rule looks. */
const keptAside: Outcome = {
  kind: 'refused',
  type: 'failure_store',
  reason: 'Elasticsearch refused it and kept it in the failure store of the data stream',
};

function readOutcome(item: unknown): Outcome {
  const result = isObject(item) ? item.create : undefined;
  const status = isObject(result) && typeof result.status === 'number' ? result.status : 0;
  if (!isObject(result) || status === 0) return unreadable;
  if (result.failure_store === 'used') return keptAside;
  if (status >= 200 && status < 300) return created;
  const error = isObject(result.error) ? result.error : {};
  const type = typeof error.type === 'string' ? excerptOf(error.type) : `http-${status}`;
  if (status === 409 && type === 'version_conflict_engine_exception') return exists;
  return explainItem({ status, type, reason: reasonOf(error), about: 'document' });
}

function explainItem(said: Said): Outcome {
  const meaning = explainError(said);
  if (meaning.trouble === 'document') return { kind: 'refused', type: said.type, reason: said.reason };
  return { kind: 'later', said, meaning, uncertain: said.status === 0 || said.status >= 500 };
}

const unreadable = explainItem({
  status: 0,
  type: 'unreadable',
  reason: 'an unreadable outcome',
  about: 'document',
});

export function explainOutcome(dataStream: string, outcome: Extract<Outcome, { kind: 'later' }>): Failure {
  const { said, meaning } = outcome;
  const { status, type, reason } = said;
  return Failure.later(
    codeOf(said, meaning),
    `${dataStream} takes no documents: ${reason === '' ? type : reason} (${status}).`,
    meaning.advice,
    meaning,
  );
}
