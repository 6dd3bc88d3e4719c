// Describes for the reference pages what a record that comes by itself is given, and the conditions of that and of cases.

import type { Envelope, MadeSource } from '../dataset.ts';
import type { Condition, Definitions, Path } from '../definitions.ts';
import { formatPath } from '../language/path.ts';
import { escapeCell } from './table.ts';

/** What a record that came by itself is given, as the envelope would have it. */
export function describeEnvelope({ dataset: { envelope } }: Definitions): string[] {
  if (envelope === undefined || envelope.made.length === 0) return [];
  return [
    '## Records that come by themselves',
    '',
    `The same record comes by itself, and in an envelope under \`${envelope.root}\`. One by itself is given what the envelope would say, the first of these that there is:`,
    '',
    '| property | made of |',
    '| --- | --- |',
    ...envelope.made.map(
      ({ path, from }) => `| \`${path.join('.')}\` | ${from.map(describeSource).join('; else ')} |`,
    ),
    '',
    ...describeSpelled(envelope),
  ];
}

function describeSpelled({ spelled = [] }: Envelope): string[] {
  if (spelled.length === 0) return [];
  return [
    'An envelope calls some of its properties otherwise; they are read and kept under the names of a record by itself:',
    '',
    '| property | in an envelope |',
    '| --- | --- |',
    ...spelled.flatMap(({ path, names }) =>
      Object.entries(names).map(([there, here]) => `| \`${[...path, here].join('.')}\` | \`${there}\` |`),
    ),
    '',
  ];
}

function describeSource({ path, values, text, when = [] }: MadeSource): string {
  const given = path === undefined ? `the text \`${text}\`` : showPath(path);
  const table = Object.entries(values ?? {}).map(([key, value]) => `\`${key}\` is \`${value}\``);
  const conditions = when.map(describeCondition);
  return [
    given,
    ...(table.length === 0 ? [] : [`(${table.join(', ')})`]),
    ...(conditions.length === 0 ? [] : [`where ${conditions.join(' and ')}`]),
  ].join(' ');
}

export function describeCondition({ path, values, not }: Condition): string {
  return `${showPath(path)} is ${not ? 'not ' : ''}${values?.map((value) => `\`${value}\``).join(' or ') ?? 'there'}`;
}

export function showPath(path: Path): string {
  return `\`${escapeCell(formatPath(path))}\``;
}
