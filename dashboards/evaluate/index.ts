// Evaluates Elasticsearch queries and aggregations over documents in memory.

export { evaluator } from './evaluator.ts';
export { EvaluatedDocument, QueryFields } from './fields.ts';
export { compileQuery } from './query.ts';
export { QueryError } from './query-error.ts';
