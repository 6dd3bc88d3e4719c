// The view of a generated dashboard, read back from its saved object: what a person would see of it in Kibana. It is
// made from the saved objects alone, so that a mistake of the generator shows.

import type { LensLayer, VisualizationType } from '../lens/state.ts';

export interface DashboardView {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The time in Kibana's form: `now-24h`. */
  readonly time: { readonly from: string; readonly to: string };
  /** Elasticsearch queries that every panel is subject to. */
  readonly filters: readonly EsQuery[];
  readonly controls: readonly ControlView[];
  readonly panels: readonly PanelView[];
}

export type EsQuery = Readonly<Record<string, unknown>>;

export interface ControlView {
  readonly id: string;
  readonly title: string;
  readonly field: string;
}

interface PanelViewCommon {
  readonly id: string;
  readonly title: string;
  readonly hidesTitle: boolean;
  readonly description: string;
  readonly grid: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly drillDown: { readonly title: string; readonly dashboard: string } | undefined;
}

/** The question of a panel, before anybody's own query and filters. */
interface PanelQuery {
  readonly query: string;
  readonly filters: readonly EsQuery[];
}

export interface LensView extends PanelViewCommon, PanelQuery {
  readonly kind: 'lens';
  readonly visualizationType: VisualizationType;
  readonly visualization: Readonly<Record<string, unknown>>;
  readonly layer: LensLayer;
}

export interface MapView extends PanelViewCommon, PanelQuery {
  readonly kind: 'map';
  readonly geoField: string;
  readonly center: { readonly lat: number; readonly lon: number; readonly zoom: number };
}

export interface SearchView extends PanelViewCommon, PanelQuery {
  readonly kind: 'search';
  /** The columns, the time first; fields without a title of their own show their names. */
  readonly columns: readonly ColumnView[];
  readonly sort: readonly (readonly [string, 'asc' | 'desc'])[];
}

interface ColumnView {
  readonly field: string;
  readonly title: string;
}

interface TextView extends PanelViewCommon {
  readonly kind: 'text';
  readonly markdown: string;
}

interface LinksView extends PanelViewCommon {
  readonly kind: 'links';
  readonly links: readonly { readonly label: string; readonly dashboard: string }[];
}

export type PanelView = LensView | MapView | SearchView | TextView | LinksView;
/** The panels that show data out of Elasticsearch. */
export type QueryView = LensView | MapView | SearchView;
