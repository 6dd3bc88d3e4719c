// Writes the section about converters: what each makes of a value, with the examples that both of its targets are
// tested on.

import type { Converter, ConverterExample } from '../converters/converter.ts';
import { converters } from '../converters/index.ts';
import type { Json } from '../json/json.ts';
import { escapeCell, writeTable } from './table.ts';

export function listConverters(): string {
  return writeTable(
    ['converter', 'gives', 'fills below the target'],
    converters.map((converter) => [
      `[\`${writeUse(converter)}\`](#${converter.name})`,
      converter.about,
      listNames(converter.fills ?? converter.makes ?? []),
    ]),
  );
}

export function describeConverters(): string {
  return converters.map(describeConverter).join('\n\n');
}

function describeConverter(converter: Converter): string {
  const { name, about, examples } = converter;
  return [
    `### ${name}`,
    `${[about, ...describeWays(converter)].join(' ')} Written \`as: ${writeUse(converter)}\`.`,
    writeTable(
      converter.options === undefined ? ['of', 'it makes'] : ['of', 'with', 'it makes'],
      examples.map((example) => describeExample(converter, example)),
    ),
  ].join('\n\n');
}

function describeWays({ fills, makes, takesAll, joins, options }: Converter): string[] {
  return [
    ...(fills === undefined
      ? []
      : [`It fills ${listNames(fills)} below its target, as far as ECS has them there.`]),
    ...(makes === undefined
      ? []
      : [`Its target is a list of objects; it fills ${listNames(makes)} of each.`]),
    ...(takesAll === true ? ['It is given every value at once.'] : []),
    ...(joins === true ? ['It is given what each path of `from` gives, in their order, as one list.'] : []),
    ...(options === 'table' ? ['It takes a table.'] : []),
  ];
}

/** The text for after `as:`, with the options of the first example. */
function writeUse({ name, options, examples }: Converter): string {
  if (options === undefined) return name;
  const [first] = examples;
  return `{${name}: ${options === 'table' ? writeTableOption(first?.options) : `'${String(first?.options)}'`}}`;
}

function writeTableOption(options: Json): string {
  const entries = Object.entries(Object(options)).map(([key, value]) => `${key}: ${String(value)}`);
  return `{${entries.join(', ')}}`;
}

function describeExample(converter: Converter, { given, options, gives }: ConverterExample): string[] {
  const made = gives === undefined ? 'nothing' : writeValue(gives);
  return converter.options === undefined
    ? [writeValue(given), made]
    : [writeValue(given), writeValue(options), made];
}

function writeValue(value: Json): string {
  return value === undefined ? 'nothing' : `\`\` ${escapeCell(JSON.stringify(value))} \`\``;
}

function listNames(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
