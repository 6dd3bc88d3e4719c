// Describes for the reference pages what is otherwise than in Elastic's package for the same logs.

import type { Dataset } from '../dataset.ts';
import { escapeCell, writeTable } from './table.ts';

export function describeDifferences({ otherTypes, absent, otherValues }: Dataset): string[] {
  return [
    ...describeSection(
      [
        "## Types that differ from those of Elastic's package",
        '',
        "Every other field is of the same family of types as in Elastic's own package for these logs, so that one search goes over old and new data.",
      ],
      ['field', 'there', 'here', 'why'],
      otherTypes.map(({ fields, there, here, reason }) => [listNames(fields), there, here, reason]),
    ),
    ...describeSection(
      ["## Fields of Elastic's package that no document here has"],
      ['field there', 'search here', 'why'],
      absent.map(({ fields, instead, reason }) => [
        listNames(fields),
        instead.length === 0 ? 'nothing' : listNames(instead),
        escapeCell(reason),
      ]),
    ),
    ...describeSection(
      ["## Fields that hold something else in Elastic's package"],
      ['field', 'there', 'here', 'search here for what is there'],
      otherValues.map(({ fields, there, here, instead }) => [
        listNames(fields),
        escapeCell(there),
        escapeCell(here),
        listNames(instead),
      ]),
    ),
  ];
}

/** Nothing where there is no row. */
function describeSection(
  opening: readonly string[],
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  return rows.length === 0 ? [] : [...opening, '', writeTable(heads, rows), ''];
}

export function listNames(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
