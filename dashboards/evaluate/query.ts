// Compiles the queries that dashboards and KQL make into tests of one document. The set is closed: any other query is
// an error and never an empty answer.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { UnknownObject } from '../interpret/unknown-object.ts';
import type { RangeOperator } from '../kql/parse.ts';
import type { EvaluatedDocument, QueryField, QueryFields } from './fields.ts';
import type { ValueTest } from './kinds.ts';
import { QueryError } from './query-error.ts';

export type Predicate = (document: EvaluatedDocument) => boolean;

export interface QueryContext {
  readonly fields: QueryFields;
  /** The time that `now` in a query stands for. */
  readonly now: number;
}

/** Compiles a query. Throws a QueryError. */
export function compileQuery(query: UnknownObject, context: QueryContext): Predicate {
  const [[name, body] = ['', undefined], ...rest] = Object.entries(query);
  if (rest.length > 0 || !isObject(body)) throw unknown(query);
  switch (name) {
    case 'match_all':
      return () => true;
    case 'bool':
      return compileBool(body, context);
    case 'exists': {
      const field = context.fields.get(String(body.field));
      return (document) => document.has(field);
    }
    case 'match':
      return onField(body, context, (field, value) => {
        const { equals, hasWord = equals } = field.kind;
        return hasWord(String(value), context.now);
      });
    case 'match_phrase':
      return onField(body, context, (field, value) => field.kind.equals(String(value), context.now));
    case 'terms':
      return onField(body, context, (field, values) => anyOf(field, values, context.now));
    case 'range':
      return onField(body, context, (field, bounds) => insideOf(field, bounds, context.now));
    case 'query_string':
      return compilePattern(body, context);
    default:
      throw unknown(query);
  }
}

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function compileBool(body: UnknownObject, context: QueryContext): Predicate {
  const part = (name: string) =>
    listOf(body[name]).map((query) => {
      if (!isObject(query)) throw unknown(body);
      return compileQuery(query, context);
    });
  const strange = Object.keys(body).find((key) => !boolParts.has(key));
  if (strange !== undefined || ![undefined, 1].some((least) => least === body.minimum_should_match))
    throw unknown(body);
  const [filter, should, mustNot] = [part('filter'), part('should'), part('must_not')];
  const needsOne = body.minimum_should_match === 1 || (should.length > 0 && filter.length === 0);
  return (document) =>
    filter.every((holds) => holds(document)) &&
    !mustNot.some((holds) => holds(document)) &&
    (!needsOne || should.some((holds) => holds(document)));
}

const boolParts: ReadonlySet<string> = new Set(['filter', 'should', 'must_not', 'minimum_should_match']);

function onField(
  body: UnknownObject,
  { fields }: QueryContext,
  test: (field: QueryField, value: unknown) => ValueTest,
): Predicate {
  const [[name, value] = ['', undefined], ...rest] = Object.entries(body);
  if (rest.length > 0 || value === undefined) throw unknown(body);
  const field = fields.get(name);
  const holds = naming(field, () => test(field, value));
  return (document) => document.valuesOf(field).some(holds);
}

/** The refusal of a value that cannot be one of the field's names the field. */
function naming<T>({ name }: QueryField, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof QueryError ? new QueryError(`${name}: ${error.message}`) : error;
  }
}

function anyOf(field: QueryField, values: unknown, now: number): ValueTest {
  const tests = listOf(values).map((value) => field.kind.equals(String(value), now));
  return (value) => tests.some((test) => test(value));
}

const operators: readonly RangeOperator[] = ['gt', 'gte', 'lt', 'lte'];

function insideOf(field: QueryField, bounds: unknown, now: number): ValueTest {
  if (!isObject(bounds)) throw unknown({ range: bounds });
  const strange = Object.keys(bounds).find(
    (key) => key !== 'format' && !operators.some((each) => each === key),
  );
  if (strange !== undefined) throw unknown({ range: bounds });
  const tests = operators.flatMap((operator) =>
    bounds[operator] === undefined ? [] : [field.kind.within(operator, String(bounds[operator]), now)],
  );
  return (value) => tests.every((test) => test(value));
}

/** A star stands for anything, and a backslash makes the next character plain. */
function compilePattern(body: UnknownObject, { fields }: QueryContext): Predicate {
  const [name, ...others] = listOf(body.fields);
  if (typeof name !== 'string' || others.length > 0 || typeof body.query !== 'string') throw unknown(body);
  const field = fields.get(name);
  const { like } = field.kind;
  if (like === undefined)
    throw new QueryError(
      `${name}: ${body.query.replaceAll('\\', '')} is a pattern; this field takes whole values`,
    );
  const source = body.query.replace(/\\(.)|(\*)|([^\\*])/gsu, (_, escaped, star, plain) =>
    star ? '.*' : String(escaped ?? plain).replace(/[.*+?^${}()|[\]\\]/, '\\$&'),
  );
  const holds = like(new RegExp(`^${source}$`, 'su'));
  return (document) => document.valuesOf(field).some(holds);
}

function unknown(query: unknown): QueryError {
  return new QueryError(`this question is not known here: ${JSON.stringify(query).slice(0, 200)}`);
}
