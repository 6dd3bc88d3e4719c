// Reads the question of each panel from its saved state.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Column, LensLayer, VisualizationType } from '../lens/state.ts';
import type { SavedObject } from '../saved-object.ts';
import { queriesOf, type SavedReferences } from './saved-references.ts';
import {
  listAt,
  numberAt,
  objectAt,
  parseAt,
  textAt,
  textsAt,
  type UnknownObject,
} from './unknown-object.ts';
import type { LensView, MapView, SearchView } from './view.ts';

type Own<View, Common extends keyof View> = Omit<View, Common | 'kind'>;
type CommonKeys = 'id' | 'title' | 'hidesTitle' | 'description' | 'grid' | 'drillDown';

const visualizationTypes: readonly VisualizationType[] = [
  'lnsMetric',
  'lnsXY',
  'lnsPie',
  'lnsDatatable',
  'lnsHeatmap',
];

export function readLens(
  panel: string,
  config: UnknownObject,
  references: SavedReferences,
): Own<LensView, CommonKeys> {
  const attributes = objectAt(config, 'attributes');
  for (const reference of listAt(attributes, 'references'))
    references.idOf(`${panel}:${textAt(reference, 'name')}`);
  const state = objectAt(attributes, 'state');
  const layers = objectAt(objectAt(objectAt(state, 'datasourceStates'), 'formBased'), 'layers');
  const [[id, layer] = ['', undefined]] = Object.entries(layers);
  if (!isLayer(layer)) throw new Error(`panel ${panel} has no layer of columns`);
  references.idOf(`${panel}:indexpattern-datasource-layer-${id}`);
  const visualizationType = visualizationTypes.find((type) => type === attributes.visualizationType);
  if (visualizationType === undefined) throw new Error(`panel ${panel} is drawn in an unknown way`);
  const visualization = objectAt(state, 'visualization');
  checkColumns(panel, layer, visualization);
  return {
    visualizationType,
    visualization,
    layer,
    query: textAt(objectAt(state, 'query'), 'query'),
    filters: queriesOf(state, 'filters'),
  };
}

function isLayer(value: unknown): value is LensLayer {
  return (
    isObject(value) &&
    Array.isArray(value.columnOrder) &&
    isObject(value.columns) &&
    Object.values(value.columns).every(isColumn)
  );
}

const isColumn = (value: unknown): value is Column =>
  isObject(value) &&
  typeof value.operationType === 'string' &&
  (typeof value.sourceField === 'string' ||
    Array.isArray(value.references) ||
    value.operationType === 'filters') &&
  typeof value.isBucketed === 'boolean';

/**
 * Every column stands in the order, buckets before metrics, and is drawn or a part of one that is; a visualisation draws
 * no others.
 */
function checkColumns(
  panel: string,
  { columnOrder, columns }: LensLayer,
  visualization: UnknownObject,
): void {
  const known = Object.keys(columns);
  if (columnOrder.length !== known.length || !columnOrder.every((id) => known.includes(id)))
    throw new Error(`panel ${panel} orders other columns than it has`);
  const kinds = columnOrder.map((id) => columns[id]?.isBucketed);
  if (kinds.lastIndexOf(true) > kinds.indexOf(false) && kinds.includes(false))
    throw new Error(`panel ${panel} counts before it groups`);
  const drawn = JSON.stringify(visualization);
  const parts = new Set(
    Object.values(columns).flatMap((column) => ('references' in column ? column.references : [])),
  );
  const missing = [...parts].find((id) => columns[id] === undefined);
  if (missing !== undefined) throw new Error(`panel ${panel} refers to a column that it lacks, ${missing}`);
  const idle = columnOrder.find((id) => !drawn.includes(id) && !parts.has(id));
  if (idle !== undefined) throw new Error(`panel ${panel} does not draw its column ${idle}`);
}

export function readMap(
  panel: string,
  config: UnknownObject,
  references: SavedReferences,
): Own<MapView, CommonKeys> {
  const attributes = objectAt(config, 'attributes');
  const layers = listAt({ layers: JSON.parse(textAt(attributes, 'layerListJSON')) }, 'layers');
  const clusters = layers.find((layer) => objectAt(layer, 'sourceDescriptor').type === 'ES_GEO_GRID');
  if (clusters === undefined) throw new Error(`panel ${panel} has no layer of clusters`);
  const source = objectAt(clusters, 'sourceDescriptor');
  references.idOf(`${panel}:${textAt(source, 'indexPatternRefName')}`);
  const center = objectAt(config, 'mapCenter');
  return {
    geoField: textAt(source, 'geoField'),
    center: { lat: numberAt(center, 'lat'), lon: numberAt(center, 'lon'), zoom: numberAt(center, 'zoom') },
    query: textAt(objectAt(clusters, 'query'), 'query'),
    filters: queriesOf(parseAt(attributes, 'mapStateJSON'), 'filters'),
  };
}

export function readSearch({ attributes }: SavedObject): Own<SearchView, CommonKeys> {
  const searchSource = parseAt(objectAt(attributes, 'kibanaSavedObjectMeta'), 'searchSourceJSON');
  const labels = objectAt(objectAt(searchSource, 'index'), 'fieldAttrs');
  const sort = readSort(attributes.sort);
  return {
    columns: [sort[0]?.[0] ?? '@timestamp', ...textsAt(attributes, 'columns')].map((field) => ({
      field,
      title: labelOf(labels, field),
    })),
    sort,
    query: textAt(objectAt(searchSource, 'query'), 'query'),
    filters: queriesOf(searchSource, 'filter'),
  };
}

function labelOf(labels: UnknownObject, field: string): string {
  return isObject(labels[field]) ? textAt(labels[field], 'customLabel') : field;
}

function readSort(sort: unknown): SearchView['sort'] {
  if (!Array.isArray(sort)) return [];
  return sort.map((pair: unknown) => {
    const [field, direction]: unknown[] = Array.isArray(pair) ? pair : [];
    return [String(field), direction === 'asc' ? 'asc' : 'desc'] as const;
  });
}
