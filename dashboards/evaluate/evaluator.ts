// Searches over documents that are not in an index. Each search is compiled, and all that are asked at about the same
// time are answered by one pass over the documents: a dashboard takes a few passes, however many panels it has.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Search } from '../interpret/panel-query.ts';
import { listAt, type UnknownObject } from '../interpret/unknown-object.ts';
import { compileAggregations } from './aggregations.ts';
import { EvaluatedDocument, type QueryField, type QueryFields } from './fields.ts';
import { FirstHits } from './hits.ts';
import { compileQuery, type QueryContext } from './query.ts';
import { QueryError } from './query-error.ts';

export interface EvaluatorParts {
  readonly fields: QueryFields;
  /** Iterates over the documents from the start each time. */
  readonly documents: () => AsyncIterable<UnknownObject>;
  readonly now: () => number;
}

interface CompiledSearch {
  add(document: EvaluatedDocument): void;
  answer(): UnknownObject;
}

interface PendingSearch {
  readonly search: CompiledSearch;
  readonly resolve: (answer: UnknownObject) => void;
  readonly reject: (reason: unknown) => void;
}

/** Answers as Elasticsearch does; rejects with a QueryError a request that no dashboard makes. */
export function evaluator({ fields, documents, now }: EvaluatorParts): Search {
  let waiting: PendingSearch[] = [];
  let isPassing = false;
  const pass = async () => {
    isPassing = true;
    // A search that arrives before the pass begins takes part in it.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const asked = waiting;
      waiting = [];
      await answerAll(asked, documents);
    }
    isPassing = false;
  };
  return async (body) => {
    const search = compileSearch(body, { fields, now: now() });
    const answer = new Promise<UnknownObject>((resolve, reject) => waiting.push({ search, resolve, reject }));
    if (!isPassing) void pass();
    return answer;
  };
}

/** Never rejects, because each waiting search receives its own error. */
async function answerAll(
  asked: readonly PendingSearch[],
  documents: () => AsyncIterable<UnknownObject>,
): Promise<void> {
  try {
    for await (const tree of documents()) {
      const document = new EvaluatedDocument(tree);
      for (const { search } of asked) search.add(document);
    }
  } catch (error) {
    for (const { reject } of asked) reject(error);
    return;
  }
  for (const { search, resolve, reject } of asked) {
    try {
      resolve(search.answer());
    } catch (error) {
      reject(error);
    }
  }
}

function compileSearch(body: UnknownObject, context: QueryContext): CompiledSearch {
  const holds = compileQuery(isObject(body.query) ? body.query : { match_all: {} }, context);
  const bucket = compileAggregations(isObject(body.aggs) ? body.aggs : {}, context)();
  const hits = new FirstHits({ ...readSort(body, context), ...readShown(body, context) });
  let total = 0;
  return {
    add(document) {
      if (!holds(document)) return;
      total += 1;
      bucket.add(document);
      hits.add(document);
    },
    answer() {
      const { doc_count, ...aggregations } = bucket.answer();
      return { hits: { total: { value: total, relation: 'eq' }, hits: hits.answer() }, aggregations };
    },
  };
}

function readSort(
  { sort }: UnknownObject,
  { fields }: QueryContext,
): { by: QueryField | undefined; isDescending: boolean } {
  if (sort === undefined) return { by: undefined, isDescending: false };
  const [first, ...others] = listAt({ sort }, 'sort');
  const [name, direction] = Object.entries(first ?? {})[0] ?? [];
  if (name === undefined || others.length > 0) throw new QueryError('sorting is by one field');
  return { by: fields.get(name), isDescending: direction === 'desc' };
}

function readShown(
  { size, fields: names }: UnknownObject,
  { fields }: QueryContext,
): { size: number; shown: QueryField[] } {
  const shown = Array.isArray(names) ? names.map((name: unknown) => fields.get(String(name))) : [];
  return { size: typeof size === 'number' ? size : 10, shown };
}
