// Evaluates Elasticsearch queries and aggregations over documents in memory.

export { evaluator } from './evaluator.ts';
export { EvaluatedDocument, Fields } from './fields.ts';
export { compileQuery } from './query.ts';
export { QueryError } from './query-error.ts';
