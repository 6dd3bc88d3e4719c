// The part of a Lens panel's state that says what is asked of Elasticsearch: columns, of which the bucketed ones nest
// from left to right and the others are counted in the innermost. The generator writes it, the interpreter reads it.

export interface Kql {
  readonly language: 'kuery';
  readonly query: string;
}

export const kql = (query: string): Kql => ({ language: 'kuery', query });

export type DataType = 'string' | 'number' | 'date' | 'boolean' | 'ip';

interface ColumnCommon {
  readonly customLabel: true;
  readonly dataType: DataType;
  readonly label: string;
  readonly sourceField: string;
}

export interface TermsColumn extends ColumnCommon {
  readonly isBucketed: true;
  readonly operationType: 'terms';
  readonly scale: 'ordinal';
  readonly params: {
    readonly exclude: readonly string[];
    readonly excludeIsRegex: boolean;
    readonly include: readonly string[];
    readonly includeIsRegex: boolean;
    readonly missingBucket: boolean;
    readonly orderBy:
      | { readonly type: 'column'; readonly columnId: string }
      | { readonly type: 'alphabetical'; readonly fallback: boolean };
    readonly orderDirection: 'asc' | 'desc';
    readonly otherBucket: boolean;
    readonly parentFormat: { readonly id: 'terms' };
    readonly secondaryFields: readonly string[];
    readonly size: number;
  };
}

/** A column of named groups of events; one event can be in several. */
export interface FiltersColumn extends Omit<ColumnCommon, 'sourceField'> {
  readonly isBucketed: true;
  readonly operationType: 'filters';
  readonly scale: 'ordinal';
  readonly params: { readonly filters: readonly { readonly input: Kql; readonly label: string }[] };
}

export interface TimeColumn extends ColumnCommon {
  readonly isBucketed: true;
  readonly operationType: 'date_histogram';
  readonly scale: 'interval';
  readonly params: {
    readonly dropPartials: boolean;
    readonly includeEmptyRows: boolean;
    readonly interval: 'auto';
  };
}

export interface FormatState {
  readonly id: 'number' | 'bytes' | 'duration';
  readonly params: Readonly<Record<string, unknown>>;
}

interface MetricCommon extends ColumnCommon {
  readonly isBucketed: false;
  readonly scale: 'ratio' | 'ordinal' | 'interval';
  readonly filter?: Kql;
}

interface CountColumn extends MetricCommon {
  readonly operationType: 'count' | 'unique_count' | 'sum';
  readonly params: { readonly emptyAsNull: boolean; readonly format?: FormatState };
}

interface StatisticColumn extends MetricCommon {
  readonly operationType: 'average' | 'min' | 'max' | 'median';
  readonly params: { readonly format?: FormatState };
}

interface PercentileColumn extends MetricCommon {
  readonly operationType: 'percentile';
  readonly params: { readonly percentile: number; readonly format?: FormatState };
}

interface LastValueColumn extends MetricCommon {
  readonly operationType: 'last_value';
  readonly params: {
    readonly showArrayValues: boolean;
    readonly sortField: string;
    readonly format?: FormatState;
  };
}

interface ReferenceCommon {
  readonly customLabel: true;
  readonly dataType: 'number';
  readonly isBucketed: false;
  readonly label: string;
  readonly scale: 'ratio';
  /** The columns that it is worked out from. */
  readonly references: readonly string[];
}

/** A column that Kibana shows; it has the text that people edit, and refers to the column that works it out. */
export interface FormulaColumn extends ReferenceCommon {
  readonly operationType: 'formula';
  readonly params: {
    readonly formula: string;
    readonly isFormulaBroken: false;
    readonly format?: FormatState;
  };
}

/** The first of two columns less the second, as the tree that Kibana makes of a formula. */
export interface DifferenceColumn extends ReferenceCommon {
  readonly operationType: 'math';
  readonly params: {
    readonly tinymathAst: {
      readonly args: readonly string[];
      readonly location: { readonly min: 0; readonly max: number };
      readonly name: 'subtract';
      readonly text: string;
      readonly type: 'function';
    };
  };
}

/** Columns that ask nothing themselves. */
export type ReferenceColumn = FormulaColumn | DifferenceColumn;

export type BucketColumn = TermsColumn | FiltersColumn | TimeColumn;
export type MetricColumn = CountColumn | StatisticColumn | PercentileColumn | LastValueColumn;
export type Column = BucketColumn | MetricColumn | ReferenceColumn;

export interface LensLayer {
  readonly columnOrder: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly ignoreGlobalFilters: boolean;
  readonly incompleteColumns: Readonly<Record<string, never>>;
  readonly sampling: number;
}

export type VisualizationType = 'lnsMetric' | 'lnsXY' | 'lnsPie' | 'lnsDatatable' | 'lnsHeatmap';

export function isReference(column: Column): column is ReferenceColumn {
  return column.operationType === 'formula' || column.operationType === 'math';
}

/** Stands for the documents themselves where a column asks for a field. */
export const recordsField = '___records___';
export const timeField = '@timestamp';
