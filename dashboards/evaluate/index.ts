export { EvaluatedDocument, Fields } from './fields.ts';
export { compileQuery } from './query.ts';
export { QueryError } from './query-error.ts';
export { evaluator } from './search.ts';
