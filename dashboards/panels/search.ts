// Builds a saved search of single events, which a dashboard shows by reference and which Discover opens by itself.
// Kibana heads a column only with the label of its field in the data view, and the data view of all logs is not ours. A
// search may bring a data view of its own, though (from Kibana 8.5 on): this one has the same events and our labels.

import type { DashboardDefinition, EventsPanelSource } from '../definition.ts';
import { datasetFilter } from '../filters.ts';
import { searchId } from '../identifiers.ts';
import { kql, timeField } from '../lens/state.ts';
import {
  coreMigrationVersion,
  dataView,
  refersToDataView,
  refersToTag,
  type SavedObject,
  typeMigrationVersions,
} from '../saved-object.ts';
import type { PanelContent } from './panel.ts';

const source = 'kibanaSavedObjectMeta.searchSourceJSON';

export function buildSearch(
  dashboard: DashboardDefinition,
  panel: EventsPanelSource,
  title: string,
  dataset: string,
): SavedObject {
  const id = searchId(dashboard, panel.question);
  const filterIndex = `${source}.filter[0].meta.index`;
  return {
    attributes: {
      columns: panel.columns.map(({ field }) => field),
      description: panel.about ?? '',
      grid: {},
      hideChart: false,
      isTextBasedQuery: false,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          filter: [datasetFilter([dataset], { indexRefName: filterIndex })],
          highlightAll: true,
          index: titledDataView(panel, id),
          query: kql(panel.where ?? ''),
          version: true,
        }),
      },
      sort: [[timeField, 'desc']],
      timeRestore: false,
      title,
      usesAdHocDataView: true,
    },
    coreMigrationVersion,
    id,
    references: [refersToDataView(filterIndex), refersToTag(dashboard.package)],
    type: 'search',
    typeMigrationVersion: typeMigrationVersions.search,
  };
}

/** Kibana keeps data views by their ids: each search has one of its own, as its labels are its own. */
function titledDataView({ columns }: EventsPanelSource, searchId: string) {
  const titled = [{ field: timeField, title: 'Time' }, ...columns];
  return {
    id: `${searchId}-data-view`,
    title: dataView,
    name: dataView,
    timeFieldName: timeField,
    allowNoIndex: true,
    sourceFilters: [],
    fieldFormats: {},
    runtimeFieldMap: {},
    fieldAttrs: Object.fromEntries(titled.map(({ field, title }) => [field, { customLabel: title }])),
  };
}

export function searchContent(panelId: string, searchId: string): PanelContent {
  const panelRefName = `panel_${panelId}`;
  return {
    type: 'search',
    references: [{ id: searchId, name: panelRefName, type: 'search' }],
    config: {},
    panelRefName,
  };
}
