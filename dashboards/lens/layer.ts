// Builds the one layer of a Lens panel: its columns with their ids, the groupings outermost first.

import type { FieldLookup, GroupingSource, PanelSource } from '../definition.ts';
import { measuresOf, readGrouping, readMeasure } from '../measure.ts';
import { filtersColumn, measureColumn, termsColumn, timeColumn } from './columns.ts';
import type { BucketColumn, Column, LensLayer, MetricColumn } from './state.ts';

/** Makes the id of each part of one panel. */
export type NameParts = (...words: readonly string[]) => string;

export interface PanelLayer {
  readonly id: string;
  readonly layer: LensLayer;
  /** Column ids in the order of the groupings; `time` stands among them where it was asked for. */
  readonly buckets: readonly string[];
  readonly metrics: readonly string[];
}

/** A grouping with the number of values that it shows by default. */
export interface SizedGrouping {
  readonly grouping: GroupingSource;
  readonly top: number;
}

export function buildLayer(
  panel: PanelSource,
  groupings: readonly (SizedGrouping | 'time')[],
  name: NameParts,
  fields: FieldLookup,
): PanelLayer {
  const measures = measuresOf(panel).map((source, index) => ({
    id: name('measure', String(index)),
    column: measureColumn(readMeasure(source), fields),
  }));
  const buckets = groupings.map((wanted, index): [string, Column] => [
    name('grouping', String(index)),
    wanted === 'time' ? timeColumn : bucketColumn(wanted, measures[0], fields),
  ]);
  const columns = [...buckets, ...measures.map(({ id, column }): [string, Column] => [id, column])];
  return {
    id: name('layer'),
    layer: {
      columnOrder: columns.map(([id]) => id),
      columns: Object.fromEntries(columns),
      ignoreGlobalFilters: false,
      incompleteColumns: {},
      sampling: 1,
    },
    buckets: buckets.map(([id]) => id),
    metrics: measures.map(({ id }) => id),
  };
}

function bucketColumn(
  { grouping, top }: SizedGrouping,
  first: { readonly id: string; readonly column: MetricColumn } | undefined,
  fields: FieldLookup,
): BucketColumn {
  const source = readGrouping(grouping);
  return 'groups' in source ? filtersColumn(source) : termsColumn(source, first, top, fields);
}
