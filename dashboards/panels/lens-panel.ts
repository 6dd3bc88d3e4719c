// Builds a Lens visualisation as the content of a panel.

import type { FieldLookup } from '../definition.ts';
import { datasetFilter } from '../filters.ts';
import type { NameParts } from '../lens/layer.ts';
import { kql } from '../lens/state.ts';
import { draw, type LensSource } from '../lens/visualizations.ts';
import { refersToDataView } from '../saved-object.ts';
import type { PanelContent } from './panel.ts';

export function lensContent(
  panel: LensSource,
  dataset: string,
  name: NameParts,
  fields: FieldLookup,
): PanelContent {
  const { layer, visualization, visualizationType } = draw(panel, name, fields);
  const filterIndex = name('filter');
  const references = [
    refersToDataView(`indexpattern-datasource-layer-${layer.id}`),
    refersToDataView(filterIndex),
  ];
  return {
    type: 'lens',
    references,
    config: {
      attributes: {
        references,
        state: {
          adHocDataViews: {},
          datasourceStates: {
            formBased: { layers: { [layer.id]: layer.layer } },
            indexpattern: { layers: {} },
            textBased: { layers: {} },
          },
          filters: [datasetFilter([dataset], { index: filterIndex })],
          internalReferences: [],
          query: kql(panel.where ?? ''),
          visualization,
        },
        title: '',
        type: 'lens',
        visualizationType,
      },
      ...(panel.kind === 'metric' && { hidePanelTitles: true }),
      syncColors: false,
      syncCursor: true,
      syncTooltips: false,
    },
  };
}
