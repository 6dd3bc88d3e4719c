// Builds the one layer of a Lens panel: its columns with their ids, the groupings outermost first.

import type { FieldLookup, GroupingSource, MeasureSource, PanelSource } from '../definition.ts';
import { measuresOf, readGrouping, readMeasure } from '../measure.ts';
import { filtersColumn, measureColumn, termsColumn, timeColumn } from './columns.ts';
import { differenceColumns } from './difference.ts';
import type { BucketColumn, Column, LensLayer } from './state.ts';

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
  const measures = measuresOf(panel).map((source, index) =>
    measureColumns(name('measure', String(index)), source, fields),
  );
  // Lens orders neither by a formula nor by its parts.
  const [ranking] = measures.find((columns) => columns.length === 1) ?? [];
  const buckets = groupings.map((wanted, index): [string, Column] => [
    name('grouping', String(index)),
    wanted === 'time' ? timeColumn : bucketColumn(wanted, ranking, fields),
  ]);
  const columns = [...buckets, ...measures.flat()];
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
    metrics: measures.flatMap(([shown]) => shown?.[0] ?? []),
  };
}

/** The column that is shown comes first; others are its parts. */
function measureColumns(id: string, source: MeasureSource, fields: FieldLookup): [string, Column][] {
  const measure = readMeasure(source);
  const { without } = measure.source;
  return without === undefined
    ? [[id, measureColumn(measure, fields)]]
    : differenceColumns(id, measure, without, fields);
}

function bucketColumn(
  { grouping, top }: SizedGrouping,
  ranking: readonly [id: string, column: Column] | undefined,
  fields: FieldLookup,
): BucketColumn {
  const source = readGrouping(grouping);
  return 'groups' in source ? filtersColumn(source) : termsColumn(source, ranking, top, fields);
}
