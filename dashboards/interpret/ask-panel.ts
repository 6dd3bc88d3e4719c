// Asks a real Elasticsearch for the data of a panel.

import { isObject } from '../../pipelines/json/unknown.ts';
import { aggregationsOf, otherAggregations } from './lens-request.ts';
import { type Cell, type LensRow, otherRowsOf, rowsOf, shownValues } from './lens-table.ts';
import { buildPanelQuery, type Choice, type Search } from './panel-query.ts';
import { listAt, numberAt, objectAt, type UnknownObject } from './unknown-object.ts';
import type { DashboardView, LensView, MapView, QueryView, SearchView } from './view.ts';

interface LensAnswer {
  readonly kind: 'lens';
  readonly rows: readonly LensRow[];
}

interface MapAnswer {
  readonly kind: 'map';
  readonly clusters: readonly { readonly lat: number; readonly lon: number; readonly count: number }[];
}

interface SearchAnswer {
  readonly kind: 'search';
  readonly total: number;
  /** One entry for each column, its values joined. */
  readonly rows: readonly (readonly string[])[];
}

export type PanelAnswer = LensAnswer | MapAnswer | SearchAnswer;

export function askPanel(
  panel: QueryView,
  dashboard: Pick<DashboardView, 'filters'>,
  choice: Choice,
  search: Search,
): Promise<PanelAnswer> {
  switch (panel.kind) {
    case 'lens':
      return askLens(panel, dashboard, choice, search);
    case 'map':
      return askMap(panel, dashboard, choice, search);
    case 'search':
      return askSearch(panel, dashboard, choice, search);
  }
}

type DashboardFilters = Pick<DashboardView, 'filters'>;

async function askLens(
  panel: LensView,
  dashboard: DashboardFilters,
  choice: Choice,
  search: Search,
): Promise<LensAnswer> {
  const { layer } = panel;
  const query = buildPanelQuery(panel, dashboard, choice);
  const answer = await ask(search, query, aggregationsOf(layer, choice));
  const rows = rowsOf(layer, answer);
  const rest = otherAggregations(layer, shownValues(layer, answer), choice);
  if (rest === undefined) return { kind: 'lens', rows };
  return { kind: 'lens', rows: [...rows, ...otherRowsOf(layer, await ask(search, query, rest))] };
}

/** The aggregations by name, with the total as `doc_count`, as a bucket has it. */
async function ask(search: Search, query: object, aggs: object): Promise<UnknownObject> {
  const answer = await search({ size: 0, track_total_hits: true, query, aggs });
  if (!isObject(answer)) throw new Error('Elasticsearch did not answer with an object');
  const total = numberAt(objectAt(objectAt(answer, 'hits'), 'total'), 'value');
  return { ...(isObject(answer.aggregations) ? answer.aggregations : {}), doc_count: total };
}

/** The precision is fine enough for a map of the world, and gives no more than a few hundred cells. */
const tilePrecision = 6;

async function askMap(
  panel: MapView,
  dashboard: DashboardFilters,
  choice: Choice,
  search: Search,
): Promise<MapAnswer> {
  const answer = await ask(search, buildPanelQuery(panel, dashboard, choice), {
    tiles: {
      geotile_grid: { field: panel.geoField, precision: tilePrecision, size: 1000 },
      aggs: { center: { geo_centroid: { field: panel.geoField } } },
    },
  });
  const clusters = listAt(objectAt(answer, 'tiles'), 'buckets').map((bucket) => {
    const location = objectAt(objectAt(bucket, 'center'), 'location');
    return {
      lat: numberAt(location, 'lat'),
      lon: numberAt(location, 'lon'),
      count: numberAt(bucket, 'doc_count'),
    };
  });
  return { kind: 'map', clusters };
}

/** The number of rows that a panel shows on its first page. */
const rowsShown = 100;

async function askSearch(
  panel: SearchView,
  dashboard: DashboardFilters,
  choice: Choice,
  search: Search,
): Promise<SearchAnswer> {
  const columns = panel.columns.map(({ field }) => field);
  const answer = await search({
    size: rowsShown,
    track_total_hits: true,
    query: buildPanelQuery(panel, dashboard, choice),
    sort: panel.sort.map(([field, order]) => ({ [field]: order })),
    _source: false,
    fields: columns,
  });
  if (!isObject(answer)) throw new Error('Elasticsearch did not answer with an object');
  const hits = objectAt(answer, 'hits');
  const rows = listAt(hits, 'hits').map((hit) =>
    columns.map((column) => joinValues(isObject(hit.fields) ? hit.fields[column] : undefined)),
  );
  return { kind: 'search', total: numberAt(objectAt(hits, 'total'), 'value'), rows };
}

const joinValues = (values: unknown): string =>
  Array.isArray(values)
    ? values.map((value: unknown) => (isObject(value) ? JSON.stringify(value) : String(value))).join(', ')
    : '';

/** Returns the most frequent values of a control's field, under the filters of the other controls. */
export async function askControl(
  field: string,
  dashboard: DashboardFilters,
  choice: Choice,
  search: Search,
): Promise<Cell[]> {
  const answer = await ask(search, buildPanelQuery({ query: '', filters: [] }, dashboard, choice), {
    values: { terms: { field, size: 50 } },
  });
  return listAt(objectAt(answer, 'values'), 'buckets').map(({ key }) =>
    typeof key === 'string' || typeof key === 'number' ? key : null,
  );
}
