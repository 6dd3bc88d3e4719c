// The definition of a dashboard as its author writes it: rows of panels, each a question with the way its answer is
// counted and drawn. Definitions are read from dashboards/definitions/*.yml; where a name is written there, `place`
// leads back to it.

import type { DatasetPackage } from '../pipelines/datasets.ts';
import type { ProblemAt } from '../pipelines/language/yaml-file.ts';

export interface DashboardDefinition {
  /** The file's name, `sign-ins` for `sign-ins.yml`. Drill-downs refer to it. */
  readonly id: string;
  /** The package that has its datasets, and installs it. */
  readonly package: DatasetPackage;
  readonly content: DashboardSource;
  /** Describes a problem at a place of the file that this came from. */
  readonly problemAt: ProblemAt;
}

export interface DashboardSource {
  /** The title; Kibana shows it as `[O365] <title>`, with what its package is called. */
  readonly title: string;
  /** A description of one sentence. */
  readonly about: string;
  /** The position among the dashboards of its package in the navigation. */
  readonly order: number;
  /** The datasets that it is about, all of one package; the first is every panel's, unless the panel names another. */
  readonly datasets: readonly string[];
  /** The stretch of time shown when it is opened: `24h`, `7d`. */
  readonly time: string;
  readonly controls?: readonly ControlSource[];
  readonly rows: readonly RowSource[];
}

export interface ControlSource {
  readonly field: string;
  readonly title: string;
}

export interface RowSource {
  /** The height in units of Kibana's grid, 20 pixels each. */
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
  /** A query in KQL; only these events count. */
  readonly where?: string;
  /**
   * A query in KQL, for `unique`: a value that has one of these events does not count. Objects that have an event for
   * each of their changes are counted so while they have not come to a state. A `where` beside it names something that
   * all events of an object share, as it is asked of both.
   */
  readonly without?: string;
  /** The format; `duration` takes milliseconds. */
  readonly as?: Format;
  /** The percentile for `percentile`; 95 by default. */
  readonly at?: number;
}

/** A grouping is a field, by its name or with options, or named groups of events. */
export type GroupingSource = string | FieldGrouping | NamedGrouping;

/**
 * A grouping by a field's values, the most frequent first: by the panel's first measure, unless `order` names another.
 */
export interface FieldGrouping {
  readonly field: string;
  readonly title?: string;
  readonly top?: number;
  readonly order?: 'largest' | 'smallest' | 'alphabetical';
  /** True where all other values are shown as one more. It is for the outermost grouping of a panel only. */
  readonly other?: boolean;
}

/** The query of each group, in KQL, by the group's name, in the order they are shown. */
export interface NamedGrouping {
  readonly groups: Readonly<Record<string, string>>;
  readonly title?: string;
}

interface PanelCommon {
  /** The panel's title. */
  readonly question: string;
  /** A sentence below the title, where the question needs it. */
  readonly about?: string;
  /** A query in KQL. */
  readonly where?: string;
  /** One of the dashboard's datasets. */
  readonly dataset?: string;
  /** The width in the grid's 48 columns; panels without one share what is left of their row. */
  readonly width?: number;
}

/** A panel in which a value can be chosen. */
interface ChoosablePanel extends PanelCommon {
  /** Another dashboard, which a value opens with the filters and the time of this one. */
  readonly opens?: string;
}

export interface MetricPanelSource extends PanelCommon {
  readonly kind: 'metric';
  readonly value: MeasureSource;
  /** The meaning of any number above zero; where absent, no number is better than another. */
  readonly tone?: Tone;
}

export interface SeriesPanelSource extends ChoosablePanel {
  readonly kind: 'series';
  readonly value?: MeasureSource;
  readonly values?: readonly MeasureSource[];
  readonly by?: GroupingSource;
  readonly as?: 'bars' | 'lines' | 'areas';
}

export interface BarsPanelSource extends ChoosablePanel {
  readonly kind: 'bars';
  readonly of: GroupingSource;
  readonly value?: MeasureSource;
  readonly values?: readonly MeasureSource[];
  readonly by?: GroupingSource;
}

export interface DonutPanelSource extends ChoosablePanel {
  readonly kind: 'donut';
  readonly of: GroupingSource;
  readonly value?: MeasureSource;
}

export interface TablePanelSource extends ChoosablePanel {
  readonly kind: 'table';
  readonly of: readonly GroupingSource[];
  readonly values: readonly MeasureSource[];
}

export interface HeatmapPanelSource extends ChoosablePanel {
  readonly kind: 'heatmap';
  /** The horizontal axis: `time`, or a grouping. */
  readonly across: GroupingSource;
  readonly down: GroupingSource;
  readonly value?: MeasureSource;
}

export interface MapPanelSource extends PanelCommon {
  readonly kind: 'map';
  readonly field: string;
}

export interface EventsPanelSource extends PanelCommon {
  readonly kind: 'events';
  readonly columns: readonly EventColumn[];
}

/** A field of single events, with the heading of its column. */
interface EventColumn {
  readonly field: string;
  readonly title: string;
}

export interface TextPanelSource extends PanelCommon {
  readonly kind: 'text';
  /** The text in Markdown. */
  readonly text: string;
}

export type PanelSource =
  | MetricPanelSource
  | SeriesPanelSource
  | BarsPanelSource
  | DonutPanelSource
  | TablePanelSource
  | HeatmapPanelSource
  | MapPanelSource
  | EventsPanelSource
  | TextPanelSource;

export type Tone = 'bad' | 'warning';

/** The properties of a field that decide how it can be counted. */
export interface KnownField {
  readonly type: string;
}

/** The fields that documents can hold. */
export interface FieldLookup {
  find(name: string): KnownField | undefined;
  /** All names, for suggestions. */
  readonly names: readonly string[];
}
