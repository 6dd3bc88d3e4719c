// The aggregations that dashboards ask for, as collectors. A closed set, as that of queries is.

import { isTree, listAt, numberAt, objectAt, type Tree, textAt } from '../interpret/tree.ts';
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
import type { Field } from './fields.ts';
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

/** A bucket with all of them in it. Throws a QueryError. */
export function compileAggregations(aggregations: Tree, context: QueryContext): MakeBucket {
  const inside = Object.fromEntries(
    Object.keys(aggregations).map((name) => [name, compile(objectAt(aggregations, name), context)]),
  );
  return () => new Bucket(inside);
}

function compile({ aggs, ...own }: Tree, context: QueryContext): MakeCollector {
  const [[kind] = [''], ...others] = Object.entries(own);
  const body = kind === '' || others.length > 0 ? undefined : own[kind];
  if (!isTree(body)) throw unknown(own);
  if (kind === 'top_hits') return compileLast(body, context);
  const inside = isTree(aggs) ? aggs : {};
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
  body: Tree,
  field: Field,
  inside: Tree,
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

function compileMeasure(kind: string, body: Tree, field: Field): MakeCollector {
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

/** Only the latest document's value is ever asked for. */
function compileLast(body: Tree, { fields }: QueryContext): MakeCollector {
  const [name] = Array.isArray(body.docvalue_fields) ? body.docvalue_fields : [];
  const [sort] = listAt(body, 'sort');
  const [by, direction] = Object.entries(sort ?? {})[0] ?? [];
  if (typeof name !== 'string' || by === undefined || direction !== 'desc' || body.size !== 1)
    throw unknown(body);
  const [field, sortField] = [fields.get(name), fields.get(by)];
  return () => last(field, sortField);
}

/** Without a word on it, the most frequent come first. */
function readOrdering({ order }: Tree, inside: Tree): Ordering {
  const [path, direction] = Object.entries(isTree(order) ? order : { _count: 'desc' })[0] ?? [];
  if (path === undefined) throw unknown({ order });
  return { path, isDescending: direction === 'desc', empty: emptyRank(path, inside) };
}

/** An extreme of nothing is the least extreme there is; other measures of nothing have no rank. */
function emptyRank(path: string, inside: Tree): number {
  const body = path.split('>').reduce<unknown>((above, step) => {
    const found = isTree(above) ? above[step] : undefined;
    return isTree(found) && isTree(found.aggs) ? found.aggs : found;
  }, inside);
  if (!isTree(body)) return Number.NaN;
  if ('max' in body) return Number.NEGATIVE_INFINITY;
  return 'min' in body ? Number.POSITIVE_INFINITY : Number.NaN;
}

function readBars(body: Tree): Bars {
  const [, interval] = /^(\d+)ms$/.exec(textAt(body, 'fixed_interval')) ?? [];
  if (interval === undefined || body.time_zone !== 'UTC') throw unknown(body);
  const intervalMs = Number(interval);
  if (body.min_doc_count !== 0) return { intervalMs };
  const bounds = objectAt(body, 'extended_bounds');
  return { intervalMs, bounds: { min: numberAt(bounds, 'min'), max: numberAt(bounds, 'max') } };
}

function unknown(aggregation: Tree): QueryError {
  return new QueryError(`this aggregation is not known here: ${JSON.stringify(aggregation).slice(0, 200)}`);
}
