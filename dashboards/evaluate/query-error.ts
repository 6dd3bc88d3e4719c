/**
 * The error for a question that has no answer over these fields; the text says why, as Elasticsearch would refuse it.
 */
export class QueryError extends Error {}
