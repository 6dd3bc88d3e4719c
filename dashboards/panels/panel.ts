// Builds a panel of a dashboard: its state by value, its position and its references.

import type { PanelSource } from '../definition.ts';
import type { Position } from '../layout.ts';
import type { Reference } from '../saved-object.ts';

interface PanelState {
  readonly embeddableConfig: Readonly<Record<string, unknown>>;
  readonly gridData: Position & { readonly i: string };
  readonly panelIndex: string;
  readonly panelRefName?: string;
  readonly title: string;
  readonly type: 'lens' | 'map' | 'search' | 'visualization' | 'links';
}

export interface BuiltPanel {
  readonly state: PanelState;
  /** References under the panel's own names. */
  readonly references: readonly Reference[];
}

/** The part that each kind of panel brings; the rest is the same for all. */
export interface PanelContent {
  readonly type: PanelState['type'];
  readonly config: Readonly<Record<string, unknown>>;
  /** References under the names that the content itself uses. */
  readonly references: readonly Reference[];
  readonly panelRefName?: string;
}

export interface DrillDown {
  readonly eventId: string;
  /** The title of the other dashboard, as Kibana shows it. */
  readonly title: string;
  readonly dashboardId: string;
}

const factoryId = 'DASHBOARD_TO_DASHBOARD_DRILLDOWN';

export function assemblePanel(
  content: PanelContent,
  place: { readonly id: string; readonly position: Position },
  panel: Pick<PanelSource, 'question' | 'about'>,
  drillDown?: DrillDown,
): BuiltPanel {
  const { id, position } = place;
  const own = content.references.map((reference) => ({ ...reference, name: `${id}:${reference.name}` }));
  return {
    references: drillDown === undefined ? own : [...own, referToDashboard(id, drillDown)],
    state: {
      embeddableConfig: {
        ...content.config,
        ...(panel.about !== undefined && { description: panel.about }),
        enhancements: { dynamicActions: { events: drillDown === undefined ? [] : [eventOf(drillDown)] } },
      },
      gridData: { ...position, i: id },
      panelIndex: id,
      ...(content.panelRefName !== undefined && { panelRefName: content.panelRefName }),
      title: panel.question,
      type: content.type,
    },
  };
}

function eventOf({ eventId, title }: DrillDown) {
  return {
    action: {
      config: { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: true },
      factoryId,
      name: `Open ${title}`,
    },
    eventId,
    triggers: ['FILTER_TRIGGER'],
  };
}

const referToDashboard = (panel: string, { eventId, dashboardId }: DrillDown): Reference => ({
  id: dashboardId,
  name: `${panel}:drilldown:${factoryId}:${eventId}:dashboardId`,
  type: 'dashboard',
});
