// Builds the columns of a count of values that have none of some events: Lens counts the values of all events and those of
// these, and takes one from the other. It keeps that as a formula, with hidden columns for its parts.

import type { FieldLookup } from '../definition.ts';
import type { Measure } from '../measure.ts';
import { measureColumn } from './columns.ts';
import type { Column, DifferenceColumn, FormulaColumn } from './state.ts';

/** Returns the column that is shown, then its parts, under the ids that Lens itself would give them. */
export function differenceColumns(
  id: string,
  measure: Measure,
  without: string,
  fields: FieldLookup,
): [string, Column][] {
  const { source } = measure;
  const shown = measureColumn(measure, fields);
  const both = source.where === undefined ? without : `(${source.where}) and (${without})`;
  const part = { title: `Part of ${shown.label}` };
  const of = (where: string | undefined) =>
    measureColumn({ ...measure, source: { ...part, ...(where !== undefined && { where }) } }, fields);
  const formula = `${countOf(measure, source.where)} - ${countOf(measure, both)}`;
  const common = { customLabel: true, dataType: 'number', isBucketed: false, scale: 'ratio' } as const;
  const [all, some, rest] = [`${id}X0`, `${id}X1`, `${id}X2`];
  const main: FormulaColumn = {
    ...common,
    label: shown.label,
    operationType: 'formula',
    params: { formula, isFormulaBroken: false },
    references: [rest],
  };
  const difference: DifferenceColumn = {
    ...common,
    label: part.title,
    operationType: 'math',
    params: {
      tinymathAst: {
        args: [all, some],
        location: { max: formula.length, min: 0 },
        name: 'subtract',
        text: formula,
        type: 'function',
      },
    },
    references: [all, some],
  };
  return [
    [id, main],
    [all, of(source.where)],
    [some, of(both)],
    [rest, difference],
  ];
}

function countOf({ field = '' }: Measure, where: string | undefined): string {
  if (where === undefined) return `unique_count(${field})`;
  return `unique_count(${field}, kql='${where.replaceAll(/[\\']/g, '\\$&')}')`;
}
