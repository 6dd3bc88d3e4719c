// Builds the panel of links among the dashboards of a package, which stands on top of each of them.

import type { DashboardDefinition } from '../definition.ts';
import { dashboardId } from '../identifiers.ts';
import type { NameParts } from '../lens/layer.ts';
import type { Reference } from '../saved-object.ts';
import type { PanelContent } from './panel.ts';

/** Links keep the time of the dashboard they are on, and leave its filters behind. */
export function linksContent(destinations: readonly DashboardDefinition[], name: NameParts): PanelContent {
  const reference = ({ id }: DashboardDefinition) => `link_${name('link', id)}_dashboard`;
  const links = destinations.map((destination, order) => ({
    destinationRefName: reference(destination),
    id: name('link', destination.id),
    label: destination.content.title,
    options: { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: false },
    order,
    type: 'dashboardLink',
  }));
  return {
    type: 'links',
    references: destinations.map(
      (destination): Reference => ({
        id: dashboardId(destination),
        name: reference(destination),
        type: 'dashboard',
      }),
    ),
    config: { attributes: { layout: 'horizontal', links }, hidePanelTitles: true },
  };
}
