// Builds the panel of links to the other dashboards, which stands on top of each of them.

import { dashboardId } from '../identifiers.ts';
import type { NameParts } from '../lens/layer.ts';
import type { PanelContent } from './panel.ts';

export interface LinkedDashboard {
  readonly id: string;
  readonly title: string;
}

/** Links keep the time of the dashboard they are on, and leave its filters behind. */
export function linksContent(destinations: readonly LinkedDashboard[], name: NameParts): PanelContent {
  const links = destinations.map(({ id, title }, order) => {
    const link = name('link', id);
    return {
      destinationRefName: `link_${link}_dashboard`,
      id: link,
      label: title,
      options: { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: false },
      order,
      type: 'dashboardLink',
    };
  });
  return {
    type: 'links',
    references: links.map(({ destinationRefName }, index) => ({
      id: dashboardId(destinations[index]?.id ?? ''),
      name: destinationRefName,
      type: 'dashboard' as const,
    })),
    config: { attributes: { layout: 'horizontal', links }, hidePanelTitles: true },
  };
}
