// Computes from the documents themselves what a panel should show: a second, plain reading of a Lens layer that shares
// neither queries nor aggregations with the first.

import { isIPv4, isIPv6 } from 'node:net';
import type { PanelAnswer } from '../../dashboards/interpret/ask-panel.ts';
import { chooseIntervalMs } from '../../dashboards/interpret/interval.ts';
import { type Cell, type LensRow, otherValue } from '../../dashboards/interpret/lens-table.ts';
import type { EsQuery, LensView } from '../../dashboards/interpret/view.ts';
import { type KqlNode, parseKql } from '../../dashboards/kql/parse.ts';
import type { LensLayer, MetricColumn, TermsColumn } from '../../dashboards/lens/state.ts';

/** A document as lists of values by dotted field name. */
export type FlatDocument = ReadonlyMap<string, readonly Cell[]>;

/** A cell that more than one value may fill: the last of several at the same instant. */
interface CellChoice {
  readonly oneOf: readonly Cell[];
}

export type ExpectedRow = Readonly<Record<string, Cell | CellChoice>>;

export function flatten(value: unknown): FlatDocument {
  const flat = new Map<string, Cell[]>();
  const walk = (item: unknown, path: string): void => {
    if (Array.isArray(item)) for (const each of item) walk(each, path);
    else if (typeof item === 'object' && item !== null)
      for (const [key, each] of Object.entries(item)) walk(each, path === '' ? key : `${path}.${key}`);
    else if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean')
      flat.set(path, [...(flat.get(path) ?? []), item]);
  };
  walk(value, '');
  return flat;
}

const valuesOf = (document: FlatDocument, field: string): readonly Cell[] => document.get(field) ?? [];

export function matches(document: FlatDocument, kql: string): boolean {
  return kql.trim() === '' || holds(document, parseKql(kql));
}

function holds(document: FlatDocument, node: KqlNode): boolean {
  switch (node.kind) {
    case 'and':
      return node.nodes.every((each) => holds(document, each));
    case 'or':
      return node.nodes.some((each) => holds(document, each));
    case 'not':
      return !holds(document, node.node);
    case 'exists':
      return valuesOf(document, node.field).length > 0;
    case 'phrase':
    case 'word':
      return valuesOf(document, node.field).some((value) => String(value) === node.value);
    case 'pattern': {
      const source = node.value.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
      const pattern = new RegExp(`^${source.join('.*')}$`, 's');
      return valuesOf(document, node.field).some((value) => pattern.test(String(value)));
    }
    case 'range':
      return valuesOf(document, node.field).some((value) =>
        compare(Number(value), node.operator, Number(node.value)),
      );
  }
}

function compare(value: number, operator: 'lt' | 'lte' | 'gt' | 'gte', bound: number): boolean {
  if (operator === 'lt') return value < bound;
  if (operator === 'lte') return value <= bound;
  return operator === 'gt' ? value > bound : value >= bound;
}

/** The filters that dashboards have: a phrase, or one of several. */
export function passes(document: FlatDocument, filter: EsQuery): boolean {
  const text = JSON.stringify(filter);
  const phrases = [...text.matchAll(/"match_phrase":\{"([^"]+)":"([^"]+)"\}/g)];
  if (phrases.length === 0) throw new Error(`no phrase in ${text}`);
  return phrases.some(([, field = '', value = '']) => valuesOf(document, field).includes(value));
}

export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Returns the rows of a Lens panel, in the order it shows them. */
export function expectedRows(
  { layer }: Pick<LensView, 'layer'>,
  documents: readonly FlatDocument[],
  span: TimeSpan,
): ExpectedRow[] {
  return group(layer, layer.columnOrder, documents, span, {}, true);
}

function group(
  layer: LensLayer,
  order: readonly string[],
  documents: readonly FlatDocument[],
  span: TimeSpan,
  above: ExpectedRow,
  outermost: boolean,
): ExpectedRow[] {
  const [id = '', ...inner] = order;
  const column = layer.columns[id];
  if (column === undefined) return [above];
  if (!column.isBucketed)
    return [
      { ...above, ...Object.fromEntries(order.map((each) => [each, measure(layer, each, documents)])) },
    ];
  const go = (key: Cell, inside: readonly FlatDocument[]) =>
    group(layer, inner, inside, span, { ...above, [id]: key }, false);
  if (column.operationType === 'date_histogram')
    return bars(column.sourceField, documents, span).flatMap(([key, inside]) => go(key, inside));
  if (column.operationType === 'filters')
    return column.params.filters.flatMap(({ input, label }) =>
      go(
        label,
        documents.filter((document) => matches(document, input.query)),
      ),
    );
  const top = topValues(layer, column, documents);
  const rows = top.flatMap((key) =>
    go(
      key,
      documents.filter((document) => valuesOf(document, column.sourceField).includes(key)),
    ),
  );
  if (!column.params.otherBucket || !outermost) return rows;
  const rest = documents.filter((document) => {
    const values = valuesOf(document, column.sourceField);
    return values.length > 0 && !values.some((value) => top.includes(value));
  });
  return rest.length === 0 ? rows : [...rows, ...go(otherValue, rest)];
}

function bars(
  field: string,
  documents: readonly FlatDocument[],
  { from, to }: TimeSpan,
): [number, FlatDocument[]][] {
  const interval = chooseIntervalMs(from, to);
  const result: [number, FlatDocument[]][] = [];
  for (let at = Math.floor(from / interval) * interval; at <= to; at += interval) {
    result.push([
      at,
      documents.filter((document) =>
        valuesOf(document, field).some((value) => {
          const time = toNumber(value);
          return time >= at && time < at + interval;
        }),
      ),
    ]);
  }
  return result;
}

function topValues(
  layer: LensLayer,
  { sourceField, params }: TermsColumn,
  documents: readonly FlatDocument[],
): Cell[] {
  const inside = new Map<Cell, FlatDocument[]>();
  for (const document of documents)
    for (const value of new Set(valuesOf(document, sourceField)))
      inside.set(value, [...(inside.get(value) ?? []), document]);
  const { orderBy, orderDirection, size } = params;
  const sign = orderDirection === 'asc' ? 1 : -1;
  const ranked = [...inside].map(([key, own]) => ({
    key,
    rank: orderBy.type === 'column' ? rankOf(measure(layer, orderBy.columnId, own)) : 0,
  }));
  ranked.sort((one, other) => sign * (one.rank - other.rank) || compareKeys(one.key, other.key));
  return ranked.slice(0, size).map(({ key }) => key);
}

/** A value that is no number comes last in either direction; a filtered measure always has one here. */
const rankOf = (value: Cell | CellChoice): number =>
  typeof value === 'number' ? value : Number.NEGATIVE_INFINITY;

function compareKeys(one: Cell, other: Cell): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return Buffer.compare(keyBytes(String(one)), keyBytes(String(other)));
}

/** Addresses are in the order of their 16 bytes, everything else in that of its UTF-8. */
function keyBytes(key: string): Buffer {
  if (isIPv4(key)) return Buffer.from([...Array(10).fill(0), 255, 255, ...key.split('.').map(Number)]);
  if (!isIPv6(key)) return Buffer.from(key);
  const [left = '', right] = key.split('::').map((side) => side.split(':').filter(Boolean));
  const groups = [...left, ...Array(8 - left.length - (right?.length ?? 0)).fill('0'), ...(right ?? [])];
  return Buffer.from(groups.map((group) => String(group).padStart(4, '0')).join(''), 'hex');
}

const toNumber = (value: Cell): number => (typeof value === 'number' ? value : Date.parse(String(value)));

function measure(layer: LensLayer, id: string, documents: readonly FlatDocument[]): Cell | CellChoice {
  const column = layer.columns[id];
  if (column === undefined || column.isBucketed) throw new Error(`${id} is no measure`);
  if (column.operationType === 'formula' || column.operationType === 'math')
    return difference(layer, column.references, documents);
  const counted =
    column.filter === undefined
      ? documents
      : documents.filter((document) => matches(document, column.filter?.query ?? ''));
  return count(column, counted);
}

/** The values of the first column that the second has not, one by one. */
function difference(layer: LensLayer, ids: readonly string[], documents: readonly FlatDocument[]): Cell {
  const [first, second] = ids.map((id) => layer.columns[id]);
  if (first?.operationType === 'math') return difference(layer, first.references, documents);
  if (first?.operationType !== 'unique_count' || second?.operationType !== 'unique_count')
    throw new Error('only counts of values are taken from one another');
  const valuesIn = (column: typeof first): Set<Cell> => {
    const query = column.filter?.query ?? '';
    const found = documents.filter((document) => matches(document, query));
    return new Set(found.flatMap((document) => valuesOf(document, column.sourceField)));
  };
  return valuesIn(first).difference(valuesIn(second)).size;
}

function count(column: MetricColumn, documents: readonly FlatDocument[]): Cell | CellChoice {
  const field = column.sourceField;
  const values = documents.flatMap((document) => valuesOf(document, field));
  const numbers = () => values.map((value) => (column.dataType === 'date' ? toNumber(value) : Number(value)));
  switch (column.operationType) {
    case 'count':
      return documents.length;
    case 'unique_count':
      return new Set(values).size;
    case 'sum':
      return documents.length === 0 ? null : numbers().reduce((sum, value) => sum + value, 0);
    case 'average':
      return values.length === 0 ? null : numbers().reduce((sum, value) => sum + value, 0) / values.length;
    case 'min':
      return values.length === 0 ? null : Math.min(...numbers());
    case 'max':
      return values.length === 0 ? null : Math.max(...numbers());
    case 'median':
      return percentile(numbers(), 50);
    case 'percentile':
      return percentile(numbers(), column.params.percentile);
    case 'last_value':
      return lastValue(column, documents);
  }
}

function percentile(numbers: readonly number[], at: number): number | null {
  const sorted = numbers.toSorted((one, other) => one - other);
  const place = (at / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  return low === undefined || high === undefined ? null : low + (high - low) * (place % 1);
}

function lastValue(column: MetricColumn, documents: readonly FlatDocument[]): CellChoice {
  const timeOf = (document: FlatDocument) => Date.parse(String(valuesOf(document, '@timestamp')[0]));
  const last = Math.max(...documents.map(timeOf));
  const values = documents
    .filter((document) => timeOf(document) === last)
    .flatMap((document) => valuesOf(document, column.sourceField));
  const cells = values.map((value) => (column.dataType === 'date' ? toNumber(value) : value));
  return { oneOf: cells.length === 0 ? [null] : cells };
}

/** Percentiles are estimates in Elasticsearch; everything else is exact at this size. */
export function differences(
  layer: LensLayer,
  rows: readonly LensRow[],
  expected: readonly ExpectedRow[],
): string[] {
  if (rows.length !== expected.length) return [`${rows.length} rows, not ${expected.length}`];
  return expected.flatMap((wanted, index) =>
    Object.entries(wanted).flatMap(([id, cell]) => {
      const found = rows[index]?.[id] ?? null;
      const column = layer.columns[id];
      const isEstimate = column?.operationType === 'percentile' || column?.operationType === 'median';
      return agrees(found, cell, isEstimate)
        ? []
        : [`row ${index}, ${column?.label}: ${found}, not ${JSON.stringify(cell)}`];
    }),
  );
}

function agrees(found: Cell, wanted: Cell | CellChoice, isEstimate: boolean): boolean {
  if (typeof wanted === 'object' && wanted !== null) return wanted.oneOf.includes(found);
  if (typeof found !== 'number' || typeof wanted !== 'number') return found === wanted;
  const tolerance = isEstimate ? 0.06 : 1e-9;
  return Math.abs(found - wanted) <= Math.abs(wanted) * tolerance;
}

/** Tells whether a person would see something. */
export function showsSomething(answer: PanelAnswer): boolean {
  if (answer.kind === 'map') return answer.clusters.length > 0;
  if (answer.kind === 'search') return answer.total > 0;
  return answer.rows.some((row) => Object.values(row).some((cell) => typeof cell === 'number' && cell > 0));
}
