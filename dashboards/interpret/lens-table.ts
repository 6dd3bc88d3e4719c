// Turns Elasticsearch's answer to a Lens layer into rows: one for each innermost bucket, one value for each column.

import { isObject } from '../../pipelines/json/unknown.ts';
import { type BucketColumn, isReference, type LensLayer, type MetricColumn } from '../lens/state.ts';
import { filteredName, otherName } from './lens-request.ts';
import { listAt, numberAt, objectAt, type UnknownObject } from './unknown-object.ts';

/** Stands for all values that are not shown. */
export const otherValue = '__other__';

export type Cell = string | number | boolean | null;
export type LensRow = Readonly<Record<string, Cell>>;

/** `bucket` is an aggregation's bucket, or the whole answer with its total as `doc_count`. */
export function rowsOf(layer: LensLayer, bucket: UnknownObject): LensRow[] {
  return descend(layer, layer.columnOrder, bucket, {});
}

/** Returns the rows of the remaining values, from the answer to the second request. */
export function otherRowsOf(layer: LensLayer, answer: UnknownObject): LensRow[] {
  const [outer = '', ...inner] = layer.columnOrder;
  const bucket = objectAt(answer, otherName);
  if (numberAt(bucket, 'doc_count') === 0) return [];
  return descend(layer, inner, bucket, { [outer]: otherValue });
}

/** Returns the values that the outermost grouping returned. */
export function shownValues(layer: LensLayer, answer: UnknownObject): Cell[] {
  const [outer = ''] = layer.columnOrder;
  const column = layer.columns[outer];
  if (column === undefined || !column.isBucketed) return [];
  return listAt(objectAt(answer, outer), 'buckets').map((bucket, position) =>
    keyOf(column, bucket, position),
  );
}

function descend(
  layer: LensLayer,
  order: readonly string[],
  bucket: UnknownObject,
  above: LensRow,
): LensRow[] {
  const [id, ...inner] = order;
  const column = id === undefined ? undefined : layer.columns[id];
  if (id === undefined || column === undefined) return [above];
  if (!column.isBucketed) return [{ ...above, ...measuresOf(layer, order, bucket) }];
  return listAt(objectAt(bucket, id), 'buckets').flatMap((below, position) =>
    descend(layer, inner, below, { ...above, [id]: keyOf(column, below, position) }),
  );
}

function keyOf(column: BucketColumn, { key, key_as_string: text }: UnknownObject, position: number): Cell {
  const { dataType } = column;
  if (column.operationType === 'filters') return column.params.filters[position]?.label ?? null;
  if (dataType === 'boolean') return text === 'true';
  return typeof key === 'number' || typeof key === 'string' ? key : null;
}

function measuresOf(layer: LensLayer, ids: readonly string[], bucket: UnknownObject): LensRow {
  return Object.fromEntries(ids.map((id) => [id, measureAt(layer, id, bucket)]));
}

function measureAt(layer: LensLayer, id: string, bucket: UnknownObject): Cell {
  const column = layer.columns[id];
  if (column === undefined || column.isBucketed) return null;
  if (!isReference(column)) return measureOf(id, column, bucket);
  const [first = null, second = 0] = column.references.map((each) => measureAt(layer, each, bucket));
  return typeof first === 'number' && typeof second === 'number' ? first - second : first;
}

function measureOf(id: string, column: MetricColumn, bucket: UnknownObject): Cell {
  const from = column.filter === undefined ? bucket : objectAt(bucket, filteredName(id));
  if (column.operationType === 'count') return numberAt(from, 'doc_count');
  if (column.operationType === 'sum' && column.params.emptyAsNull && numberAt(from, 'doc_count') === 0)
    return null;
  const own = objectAt(from, id);
  if (column.operationType === 'last_value') return lastValue(column, own);
  const values: unknown = isObject(own.values) ? Object.values(own.values)[0] : own.value;
  return typeof values === 'number' ? values : null;
}

function lastValue({ sourceField, dataType }: MetricColumn, aggregation: UnknownObject): Cell {
  const [hit] = listAt(objectAt(aggregation, 'hits'), 'hits');
  const fields = hit === undefined ? undefined : hit.fields;
  const values: unknown = isObject(fields) ? fields[sourceField] : undefined;
  const first: unknown = Array.isArray(values) ? values[0] : undefined;
  if (dataType === 'date' && typeof first === 'string') return Date.parse(first);
  return typeof first === 'string' || typeof first === 'number' || typeof first === 'boolean' ? first : null;
}
