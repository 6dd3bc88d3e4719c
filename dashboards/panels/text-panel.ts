// Builds Markdown as the content of a panel.

import type { TextPanelSource } from '../definition.ts';
import type { PanelContent } from './panel.ts';

export function textContent({ text }: TextPanelSource): PanelContent {
  return {
    type: 'visualization',
    references: [],
    config: {
      savedVis: {
        data: { aggs: [], searchSource: { filter: [], query: { language: 'kuery', query: '' } } },
        description: '',
        id: '',
        params: { fontSize: 12, markdown: text, openLinksInNewTab: false },
        title: '',
        type: 'markdown',
        uiState: {},
      },
    },
  };
}
