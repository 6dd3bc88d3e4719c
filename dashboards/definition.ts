// What a dashboard is before Kibana: rows of panels, each a question with the way its answer is counted and drawn.
// Read from dashboards/definitions/*.yml; where a name is written there, `place` leads back to it.

import type { ProblemAt } from '../pipelines/language/yaml-file.ts';

export interface DashboardDefinition {
  /** The file's name: `sign-ins` for `sign-ins.yml`. Drill-downs name it. */
  readonly id: string;
  readonly content: DashboardSource;
  /** A problem at a place of the file this came from. */
  readonly problemAt: ProblemAt;
}

export interface DashboardSource {
  /** Kibana shows it as `[O365] <title>`. */
  readonly title: string;
  /** One sentence. */
  readonly about: string;
  /** Where it stands among the others in the navigation. */
  readonly order: number;
  /** What it is about; the first is every panel's, unless the panel says another. */
  readonly datasets: readonly string[];
  /** How far back it looks when it is opened: `24h`, `7d`. */
  readonly time: string;
  readonly controls?: readonly ControlSource[];
  readonly rows: readonly RowSource[];
}

export interface ControlSource {
  readonly field: string;
  readonly title: string;
}

export interface RowSource {
  /** In units of Kibana's grid, 20 pixels each. */
  readonly height: number;
  readonly panels: readonly PanelSource[];
}

/** A measure is `count`, or an object with at most one operation; without one it counts. */
export type MeasureSource = 'count' | MeasureObject;

export const operations = [
  'unique',
  'sum',
  'average',
  'minimum',
  'maximum',
  'median',
  'percentile',
  'last',
] as const;
export type Operation = (typeof operations)[number];

export const formats = ['number', 'bytes', 'duration'] as const;
export type Format = (typeof formats)[number];

export interface MeasureObject extends Partial<Readonly<Record<Operation, string>>> {
  readonly title?: string;
  /** KQL; only these events count. */
  readonly where?: string;
  /** `duration` takes milliseconds. */
  readonly as?: Format;
  /** For `percentile`; 95 by default. */
  readonly at?: number;
}

/** A field, with or without more to say about it; or named groups of events. */
export type GroupingSource = string | FieldGrouping | NamedGrouping;

/** A field's values, the most frequent first: by the panel's first measure, unless `order` says otherwise. */
export interface FieldGrouping {
  readonly field: string;
  readonly title?: string;
  readonly top?: number;
  readonly order?: 'largest' | 'smallest' | 'alphabetical';
  /** The rest as one more value. Only for the outermost grouping of a panel. */
  readonly other?: boolean;
}

/** KQL by the name of the group, in the order they are shown. */
export interface NamedGrouping {
  readonly groups: Readonly<Record<string, string>>;
  readonly title?: string;
}

interface PanelCommon {
  /** The panel's title. */
  readonly question: string;
  /** One sentence more, where the question needs it. */
  readonly about?: string;
  /** KQL. */
  readonly where?: string;
  /** One of the dashboard's datasets. */
  readonly dataset?: string;
  /** Of the grid's 48 columns; panels without one share what is left of their row. */
  readonly width?: number;
}

/** A panel of which a value can be chosen. */
interface ChoosablePanel extends PanelCommon {
  /** Another dashboard, opened from a value with the filters and the time of this one. */
  readonly opens?: string;
}

export interface MetricSource extends PanelCommon {
  readonly kind: 'metric';
  readonly value: MeasureSource;
  /** What any number above zero is; without it no number is better than another. */
  readonly tone?: Tone;
}

export interface SeriesSource extends ChoosablePanel {
  readonly kind: 'series';
  readonly value?: MeasureSource;
  readonly values?: readonly MeasureSource[];
  readonly by?: GroupingSource;
  readonly as?: 'bars' | 'lines' | 'areas';
}

export interface BarsSource extends ChoosablePanel {
  readonly kind: 'bars';
  readonly of: GroupingSource;
  readonly value?: MeasureSource;
  readonly values?: readonly MeasureSource[];
  readonly by?: GroupingSource;
}

export interface DonutSource extends ChoosablePanel {
  readonly kind: 'donut';
  readonly of: GroupingSource;
  readonly value?: MeasureSource;
}

export interface TableSource extends ChoosablePanel {
  readonly kind: 'table';
  readonly of: readonly GroupingSource[];
  readonly values: readonly MeasureSource[];
}

export interface HeatmapSource extends ChoosablePanel {
  readonly kind: 'heatmap';
  /** `time`, or a field. */
  readonly across: GroupingSource;
  readonly down: GroupingSource;
  readonly value?: MeasureSource;
}

export interface MapSource extends PanelCommon {
  readonly kind: 'map';
  readonly field: string;
}

export interface EventsSource extends PanelCommon {
  readonly kind: 'events';
  readonly columns: readonly EventColumn[];
}

/** A field of single events, and its head in words. */
interface EventColumn {
  readonly field: string;
  readonly title: string;
}

export interface TextSource extends PanelCommon {
  readonly kind: 'text';
  /** Markdown. */
  readonly text: string;
}

export type PanelSource =
  | MetricSource
  | SeriesSource
  | BarsSource
  | DonutSource
  | TableSource
  | HeatmapSource
  | MapSource
  | EventsSource
  | TextSource;

export type Tone = 'bad' | 'warning';

/** What is known about a field: enough to decide how it can be counted. */
export interface KnownField {
  readonly type: string;
}

/** The fields that documents can hold. */
export interface FieldLookup {
  find(name: string): KnownField | undefined;
  /** For suggestions. */
  readonly names: readonly string[];
}
