// Translates a Lens layer into aggregations: its groupings nest from left to right, its measures are taken in the
// innermost, and a grouping that is ordered by a measure has that measure beside it.

import { kqlToQuery } from '../kql/to-query.ts';
import {
  type FiltersColumn,
  isReference,
  type LensLayer,
  type MetricColumn,
  type TermsColumn,
  type TimeColumn,
} from '../lens/state.ts';
import { chooseIntervalMs } from './interval.ts';
import type { Choice } from './panel-query.ts';
import type { EsQuery } from './view.ts';

export type Aggregations = Readonly<Record<string, EsQuery>>;

/** The name of the aggregation inside a measure that has a filter of its own. */
export const filteredName = (id: string): string => `only-${id}`;
export const otherName = 'other';

export type Range = Pick<Choice, 'from' | 'to'>;

/** Returns no aggregations where the layer only counts documents. */
export function aggregationsOf(layer: LensLayer, range: Range): Aggregations {
  return nest(layer, layer.columnOrder, range);
}

/**
 * Asks for the remaining values beside those that the outermost grouping returned, where the layer shows them as one.
 */
export function otherAggregations(
  layer: LensLayer,
  shown: readonly unknown[],
  range: Range,
): Aggregations | undefined {
  const [outer, ...inner] = layer.columnOrder;
  const column = outer === undefined ? undefined : layer.columns[outer];
  if (column?.operationType !== 'terms' || !column.params.otherBucket || shown.length === 0) return undefined;
  const { sourceField } = column;
  const filter = {
    bool: { filter: { exists: { field: sourceField } }, must_not: { terms: { [sourceField]: shown } } },
  };
  return { [otherName]: withInner({ filter }, nest(layer, inner, range)) };
}

function nest(layer: LensLayer, order: readonly string[], range: Range): Aggregations {
  const [id, ...inner] = order;
  const column = id === undefined ? undefined : layer.columns[id];
  if (id === undefined || column === undefined) return {};
  if (!column.isBucketed) return measures(layer, order);
  const below = nest(layer, inner, range);
  if (column.operationType === 'filters')
    return { [id]: withInner({ filters: { filters: filtersOf(column) } }, below) };
  if (column.operationType === 'date_histogram')
    return { [id]: withInner({ date_histogram: histogramOf(column, range) }, below) };
  const ordering = orderingMeasure(layer, column);
  return { [id]: withInner({ terms: termsOf(layer, column) }, { ...ordering, ...below }) };
}

const withInner = (aggregation: EsQuery, inner: Aggregations): EsQuery =>
  Object.keys(inner).length === 0 ? aggregation : { ...aggregation, aggs: inner };

/** The filters keep their order, because the answer has the buckets by number. */
const filtersOf = ({ params }: FiltersColumn): EsQuery[] =>
  params.filters.map(({ input }) => kqlToQuery(input.query));

function histogramOf({ sourceField, params }: TimeColumn, { from, to }: Range): EsQuery {
  const interval = chooseIntervalMs(from, to);
  return {
    field: sourceField,
    fixed_interval: `${interval}ms`,
    time_zone: 'UTC',
    ...(params.includeEmptyRows
      ? { min_doc_count: 0, extended_bounds: { min: from, max: to } }
      : { min_doc_count: 1 }),
  };
}

function termsOf(layer: LensLayer, { sourceField, params }: TermsColumn): EsQuery {
  const { orderBy, orderDirection, size } = params;
  const path = orderBy.type === 'alphabetical' ? '_key' : orderPath(layer, orderBy.columnId);
  return { field: sourceField, size, order: { [path]: orderDirection }, shard_size: Math.max(100, size * 2) };
}

function orderPath(layer: LensLayer, id: string): string {
  const column = measureAt(layer, id);
  const counts = column.operationType === 'count';
  if (column.filter === undefined) return counts ? '_count' : `${id}${valueSuffix(column)}`;
  return counts ? filteredName(id) : `${filteredName(id)}>${id}${valueSuffix(column)}`;
}

function valueSuffix(column: MetricColumn): string {
  if (column.operationType === 'median') return '.50';
  return column.operationType === 'percentile' ? `.${column.params.percentile}` : '';
}

function orderingMeasure(layer: LensLayer, { params }: TermsColumn): Aggregations {
  return params.orderBy.type === 'column' ? measures(layer, [params.orderBy.columnId]) : {};
}

function measureAt(layer: LensLayer, id: string): MetricColumn {
  const column = layer.columns[id];
  if (column === undefined || column.isBucketed || isReference(column))
    throw new Error(`${id} is no measure`);
  return column;
}

/** What refers to other columns asks for nothing. */
function measures(layer: LensLayer, ids: readonly string[]): Aggregations {
  const asking = ids.filter((id) => {
    const column = layer.columns[id];
    return column === undefined || !isReference(column);
  });
  return Object.fromEntries(asking.flatMap((id) => Object.entries(measure(id, measureAt(layer, id)))));
}

function measure(id: string, column: MetricColumn): Aggregations {
  const plain = plainMeasure(column);
  const own: Aggregations = plain === undefined ? {} : { [id]: plain };
  if (column.filter === undefined) return own;
  return { [filteredName(id)]: withInner({ filter: kqlToQuery(column.filter.query) }, own) };
}

/** Returns nothing for a count, which every bucket has. */
function plainMeasure(column: MetricColumn): EsQuery | undefined {
  const field = column.sourceField;
  switch (column.operationType) {
    case 'count':
      return undefined;
    case 'unique_count':
      return { cardinality: { field } };
    case 'sum':
      return { sum: { field } };
    case 'average':
      return { avg: { field } };
    case 'min':
      return { min: { field } };
    case 'max':
      return { max: { field } };
    case 'median':
      return { percentiles: { field, percents: [50] } };
    case 'percentile':
      return { percentiles: { field, percents: [column.params.percentile] } };
    case 'last_value':
      return {
        top_hits: {
          _source: false,
          docvalue_fields: [field],
          size: 1,
          sort: [{ [column.params.sortField]: 'desc' }],
        },
      };
  }
}
