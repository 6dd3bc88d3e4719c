// A generated dashboard, read back from its saved object: what a person would see of it in Kibana. Only what is in the
// saved objects counts here, so that a mistake of the generator shows.

import type { Layer, VisualizationType } from '../lens/state.ts';

export interface DashboardView {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** As Kibana writes it: `now-24h`. */
  readonly time: { readonly from: string; readonly to: string };
  /** Queries of Elasticsearch that every panel is subject to. */
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

interface PanelCommon {
  readonly id: string;
  readonly title: string;
  readonly hidesTitle: boolean;
  readonly description: string;
  readonly grid: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly drillDown: { readonly title: string; readonly dashboard: string } | undefined;
}

/** What a panel asks for, before anybody's own query and filters. */
interface Asking {
  readonly query: string;
  readonly filters: readonly EsQuery[];
}

export interface LensView extends PanelCommon, Asking {
  readonly kind: 'lens';
  readonly visualizationType: VisualizationType;
  readonly visualization: Readonly<Record<string, unknown>>;
  readonly layer: Layer;
}

export interface MapView extends PanelCommon, Asking {
  readonly kind: 'map';
  readonly geoField: string;
  readonly center: { readonly lat: number; readonly lon: number; readonly zoom: number };
}

export interface SearchView extends PanelCommon, Asking {
  readonly kind: 'search';
  /** The time first; fields without a title of their own show their names. */
  readonly columns: readonly ColumnView[];
  readonly sort: readonly (readonly [string, 'asc' | 'desc'])[];
}

interface ColumnView {
  readonly field: string;
  readonly title: string;
}

interface TextView extends PanelCommon {
  readonly kind: 'text';
  readonly markdown: string;
}

interface LinksView extends PanelCommon {
  readonly kind: 'links';
  readonly links: readonly { readonly label: string; readonly dashboard: string }[];
}

export type PanelView = LensView | MapView | SearchView | TextView | LinksView;
/** Those that show something out of Elasticsearch. */
export type AskingView = LensView | MapView | SearchView;
