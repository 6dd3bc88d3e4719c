// Searches over documents that are no index: each is compiled, and all that are asked at about the same time are
// answered by one pass over the documents. A dashboard is a few passes, however many panels it has.

import type { Search } from '../interpret/question.ts';
import { isTree, listAt, type Tree } from '../interpret/tree.ts';
import { compileAggregations } from './aggregations.ts';
import { EvaluatedDocument, type Field, type Fields } from './fields.ts';
import { FirstHits } from './hits.ts';
import { compileQuery, type QueryContext } from './query.ts';
import { QueryError } from './query-error.ts';

export interface EvaluatorParts {
  readonly fields: Fields;
  /** Begins from the start each time. */
  readonly documents: () => AsyncIterable<Tree>;
  readonly now: () => number;
}

interface Question {
  add(document: EvaluatedDocument): void;
  answer(): Tree;
}

interface Waiting {
  readonly question: Question;
  readonly resolve: (answer: Tree) => void;
  readonly reject: (reason: unknown) => void;
}

/** Answers as Elasticsearch does; rejects with a QueryError what is no question of a dashboard. */
export function evaluator({ fields, documents, now }: EvaluatorParts): Search {
  let waiting: Waiting[] = [];
  let isPassing = false;
  const pass = async () => {
    isPassing = true;
    // Whoever asks now is part of it.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const asked = waiting;
      waiting = [];
      await answerAll(asked, documents);
    }
    isPassing = false;
  };
  return async (body) => {
    const question = compileSearch(body, { fields, now: now() });
    const answer = new Promise<Tree>((resolve, reject) => waiting.push({ question, resolve, reject }));
    if (!isPassing) void pass();
    return answer;
  };
}

/** Never rejects: whoever asked is told. */
async function answerAll(asked: readonly Waiting[], documents: () => AsyncIterable<Tree>): Promise<void> {
  try {
    for await (const tree of documents()) {
      const document = new EvaluatedDocument(tree);
      for (const { question } of asked) question.add(document);
    }
  } catch (error) {
    for (const { reject } of asked) reject(error);
    return;
  }
  for (const { question, resolve, reject } of asked) {
    try {
      resolve(question.answer());
    } catch (error) {
      reject(error);
    }
  }
}

function compileSearch(body: Tree, context: QueryContext): Question {
  const holds = compileQuery(isTree(body.query) ? body.query : { match_all: {} }, context);
  const bucket = compileAggregations(isTree(body.aggs) ? body.aggs : {}, context)();
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
  { sort }: Tree,
  { fields }: QueryContext,
): { by: Field | undefined; isDescending: boolean } {
  if (sort === undefined) return { by: undefined, isDescending: false };
  const [first, ...others] = listAt({ sort }, 'sort');
  const [name, direction] = Object.entries(first ?? {})[0] ?? [];
  if (name === undefined || others.length > 0) throw new QueryError('sorting is by one field');
  return { by: fields.get(name), isDescending: direction === 'desc' };
}

function readShown(
  { size, fields: names }: Tree,
  { fields }: QueryContext,
): { size: number; shown: Field[] } {
  const shown = Array.isArray(names) ? names.map((name: unknown) => fields.get(String(name))) : [];
  return { size: typeof size === 'number' ? size : 10, shown };
}
