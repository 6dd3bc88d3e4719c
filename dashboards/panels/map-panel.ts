// Builds a map of the world as the content of a panel: events gathered into clusters, the larger the more there are.

import { calmColor } from '../colors.ts';
import type { MapPanelSource } from '../definition.ts';
import { datasetFilter } from '../filters.ts';
import type { NameParts } from '../lens/layer.ts';
import { kql } from '../lens/state.ts';
import { dataView, refersToDataView } from '../saved-object.ts';
import type { PanelContent } from './panel.ts';

const view = { lat: 25, lon: 5, zoom: 1.4 };

export function mapContent(panel: MapPanelSource, dataset: string, name: NameParts): PanelContent {
  const indexPatternRefName = 'layer_1_source_index_pattern';
  const layers = [backdrop(name('backdrop')), clusters(panel, name, indexPatternRefName)];
  return {
    type: 'map',
    references: [refersToDataView(indexPatternRefName)],
    config: {
      attributes: {
        description: '',
        layerListJSON: JSON.stringify(layers),
        mapStateJSON: JSON.stringify(mapState(dataset)),
        title: '',
        uiStateJSON: JSON.stringify({ isLayerTOCOpen: false, openTOCDetails: [] }),
      },
      hiddenLayers: [],
      isLayerTOCOpen: false,
      mapCenter: view,
      openTOCDetails: [],
    },
  };
}

const backdrop = (id: string) => ({
  alpha: 1,
  id,
  includeInFitToBounds: true,
  label: null,
  maxZoom: 24,
  minZoom: 0,
  sourceDescriptor: { isAutoSelect: true, lightModeDefault: 'road_map_desaturated', type: 'EMS_TMS' },
  style: { color: '', type: 'EMS_VECTOR_TILE' },
  type: 'EMS_VECTOR_TILE',
  visible: true,
});

function clusters(panel: MapPanelSource, name: NameParts, indexPatternRefName: string) {
  return {
    alpha: 0.75,
    id: name('clusters'),
    includeInFitToBounds: true,
    joins: [],
    label: 'Events',
    maxZoom: 24,
    minZoom: 0,
    query: kql(panel.where ?? ''),
    sourceDescriptor: {
      applyForceRefresh: true,
      applyGlobalQuery: true,
      applyGlobalTime: true,
      geoField: panel.field,
      id: name('source'),
      indexPatternRefName,
      metrics: [{ type: 'count' }],
      requestType: 'point',
      resolution: 'COARSE',
      type: 'ES_GEO_GRID',
    },
    style: { isTimeAware: true, properties: circles, type: 'VECTOR' },
    type: 'GEOJSON_VECTOR',
    visible: true,
  };
}

const byCount = {
  field: { name: 'doc_count', origin: 'source' },
  fieldMetaOptions: { isEnabled: false, sigma: 3 },
};

const circles = {
  fillColor: { options: { color: calmColor }, type: 'STATIC' },
  icon: { options: { value: 'marker' }, type: 'STATIC' },
  iconOrientation: { options: { orientation: 0 }, type: 'STATIC' },
  iconSize: { options: { ...byCount, maxSize: 28, minSize: 8 }, type: 'DYNAMIC' },
  labelBorderColor: { options: { color: '#FFFFFF' }, type: 'STATIC' },
  labelBorderSize: { options: { size: 'SMALL' } },
  labelColor: { options: { color: '#000000' }, type: 'STATIC' },
  labelSize: { options: { size: 12 }, type: 'STATIC' },
  labelText: { options: byCount, type: 'DYNAMIC' },
  lineColor: { options: { color: '#FFFFFF' }, type: 'STATIC' },
  lineWidth: { options: { size: 1 }, type: 'STATIC' },
  symbolizeAs: { options: { value: 'circle' } },
};

/** A map by value has no references for its filters: they name the data view itself. */
const mapState = (dataset: string) => ({
  center: { lat: view.lat, lon: view.lon },
  filters: [datasetFilter([dataset], { index: dataView })],
  query: kql(''),
  refreshConfig: { interval: 0, isPaused: true },
  settings: { autoFitToDataBounds: false },
  timeFilters: { from: 'now-24h', to: 'now' },
  zoom: view.zoom,
});
