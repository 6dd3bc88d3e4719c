export { EvaluatedDocument, Fields } from './fields.ts';
export { compileQuery, type Predicate } from './query.ts';
export { QueryError } from './query-error.ts';
export { evaluator } from './search.ts';
