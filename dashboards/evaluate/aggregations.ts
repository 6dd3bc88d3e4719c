// Compiles the aggregations that dashboards ask for into collectors. The set is closed, as that of queries is.

import { isObject } from '../../pipelines/json/unknown.ts';
import { listAt, numberAt, objectAt, textAt, type UnknownObject } from '../interpret/unknown-object.ts';
import {
  type Bars,
  Bucket,
  filtered,
  groups,
  type MakeBucket,
  type Ordering,
  overTime,
  tiles,
  topValues,
} from './buckets.ts';
import type { QueryField } from './fields.ts';
import {
  average,
  centroid,
  extreme,
  last,
  type MakeCollector,
  percentiles,
  sum,
  unique,
} from './measures.ts';
import { compileQuery, type QueryContext } from './query.ts';
import { QueryError } from './query-error.ts';

/** Compiles aggregations into one bucket that holds all of them. Throws a QueryError. */
export function compileAggregations(aggregations: UnknownObject, context: QueryContext): MakeBucket {
  const inside = Object.fromEntries(
    Object.keys(aggregations).map((name) => [name, compile(objectAt(aggregations, name), context)]),
  );
  return () => new Bucket(inside);
}

function compile({ aggs, ...own }: UnknownObject, context: QueryContext): MakeCollector {
  const [[kind] = [''], ...others] = Object.entries(own);
  const body = kind === '' || others.length > 0 ? undefined : own[kind];
  if (!isObject(body)) throw unknown(own);
  if (kind === 'top_hits') return compileLast(body, context);
  const inside = isObject(aggs) ? aggs : {};
  const make = compileAggregations(inside, context);
  if (kind === 'filter') {
    const holds = compileQuery(body, context);
    return () => filtered(holds, make);
  }
  if (kind === 'filters') {
    const filters = listAt(body, 'filters').map((query) => compileQuery(query, context));
    return () => groups(filters, make);
  }
  const field = context.fields.get(textAt(body, 'field'));
  return compileBuckets(kind, body, field, inside, make) ?? compileMeasure(kind, body, field);
}

function compileBuckets(
  kind: string,
  body: UnknownObject,
  field: QueryField,
  inside: UnknownObject,
  make: MakeBucket,
): MakeCollector | undefined {
  switch (kind) {
    case 'terms': {
      const size = typeof body.size === 'number' ? body.size : 10;
      const ordering = readOrdering(body, inside);
      return () => topValues(field, size, ordering, make);
    }
    case 'date_histogram': {
      const bars = readBars(body);
      return () => overTime(field, bars, make);
    }
    case 'geotile_grid': {
      const [precision, size] = [numberAt(body, 'precision'), numberAt(body, 'size')];
      return () => tiles(field, precision, size, make);
    }
    default:
      return undefined;
  }
}

function compileMeasure(kind: string, body: UnknownObject, field: QueryField): MakeCollector {
  switch (kind) {
    case 'cardinality':
      return () => unique(field);
    case 'sum':
      return () => sum(field);
    case 'avg':
      return () => average(field);
    case 'min':
      return () => extreme(field, Math.min);
    case 'max':
      return () => extreme(field, Math.max);
    case 'percentiles': {
      const percents = Array.isArray(body.percents) ? body.percents.map(Number) : [];
      return () => percentiles(field, percents);
    }
    case 'geo_centroid':
      return () => centroid(field);
    default:
      throw unknown({ [kind]: body });
  }
}

/** A dashboard asks only for the value of the latest document. */
function compileLast(body: UnknownObject, { fields }: QueryContext): MakeCollector {
  const [name] = Array.isArray(body.docvalue_fields) ? body.docvalue_fields : [];
  const [sort] = listAt(body, 'sort');
  const [by, direction] = Object.entries(sort ?? {})[0] ?? [];
  if (typeof name !== 'string' || by === undefined || direction !== 'desc' || body.size !== 1)
    throw unknown(body);
  const [field, sortField] = [fields.get(name), fields.get(by)];
  return () => last(field, sortField);
}

/** The most frequent values come first where the request does not order them. */
function readOrdering({ order }: UnknownObject, inside: UnknownObject): Ordering {
  const [path, direction] = Object.entries(isObject(order) ? order : { _count: 'desc' })[0] ?? [];
  if (path === undefined) throw unknown({ order });
  return { path, isDescending: direction === 'desc', empty: emptyRank(path, inside) };
}

/** The extreme of no values is the least extreme there is; other measures of no values have no rank. */
function emptyRank(path: string, inside: UnknownObject): number {
  const body = path.split('>').reduce<unknown>((above, step) => {
    const found = isObject(above) ? above[step] : undefined;
    return isObject(found) && isObject(found.aggs) ? found.aggs : found;
  }, inside);
  if (!isObject(body)) return Number.NaN;
  if ('max' in body) return Number.NEGATIVE_INFINITY;
  return 'min' in body ? Number.POSITIVE_INFINITY : Number.NaN;
}

function readBars(body: UnknownObject): Bars {
  const [, interval] = /^(\d+)ms$/.exec(textAt(body, 'fixed_interval')) ?? [];
  if (interval === undefined || body.time_zone !== 'UTC') throw unknown(body);
  const intervalMs = Number(interval);
  if (body.min_doc_count !== 0) return { intervalMs };
  const bounds = objectAt(body, 'extended_bounds');
  return { intervalMs, bounds: { min: numberAt(bounds, 'min'), max: numberAt(bounds, 'max') } };
}

function unknown(aggregation: UnknownObject): QueryError {
  return new QueryError(`this aggregation is not known here: ${JSON.stringify(aggregation).slice(0, 200)}`);
}
