// Brings measures and groupings into one form, whichever way they were written.

import {
  type FieldGrouping,
  type GroupingSource,
  type MeasureObject,
  type MeasureSource,
  type NamedGrouping,
  type Operation,
  operations,
  type PanelSource,
} from './definition.ts';

export interface Measure {
  readonly operation: Operation | 'count';
  /** Undefined for `count`. */
  readonly field: string | undefined;
  readonly source: MeasureObject;
}

export function readMeasure(source: MeasureSource): Measure {
  if (source === 'count') return { operation: 'count', field: undefined, source: {} };
  const operation = operationsOf(source)[0];
  return operation === undefined
    ? { operation: 'count', field: undefined, source }
    : { operation, field: source[operation], source };
}

export const operationsOf = (source: MeasureObject): Operation[] =>
  operations.filter((operation) => source[operation] !== undefined);

export const readGrouping = (source: GroupingSource): FieldGrouping | NamedGrouping =>
  typeof source === 'string' ? { field: source } : source;

/** Returns the measures in the order they are written; a panel without one counts. */
export function measuresOf(panel: PanelSource): readonly MeasureSource[] {
  if ('values' in panel && panel.values !== undefined) return panel.values;
  if ('value' in panel && panel.value !== undefined) return [panel.value];
  return ['count'];
}
