// Events one by one: a saved search, which a dashboard shows by reference and which Discover opens by itself.

import type { EventsSource } from '../definition.ts';
import { datasetFilter } from '../filters.ts';
import { kql, timeField } from '../lens/state.ts';
import {
  coreMigrationVersion,
  refersToDataView,
  type SavedObject,
  tagReference,
  typeMigrationVersions,
} from '../saved-object.ts';
import type { PanelContent } from './panel.ts';

const source = 'kibanaSavedObjectMeta.searchSourceJSON';

export function buildSearch(panel: EventsSource, id: string, title: string, dataset: string): SavedObject {
  const filterIndex = `${source}.filter[0].meta.index`;
  return {
    attributes: {
      columns: panel.columns,
      description: panel.about ?? '',
      grid: {},
      hideChart: false,
      isTextBasedQuery: false,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          filter: [datasetFilter([dataset], { indexRefName: filterIndex })],
          highlightAll: true,
          indexRefName: `${source}.index`,
          query: kql(panel.where ?? ''),
          version: true,
        }),
      },
      sort: [[timeField, 'desc']],
      timeRestore: false,
      title,
    },
    coreMigrationVersion,
    id,
    references: [refersToDataView(`${source}.index`), refersToDataView(filterIndex), tagReference],
    type: 'search',
    typeMigrationVersion: typeMigrationVersions.search,
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
