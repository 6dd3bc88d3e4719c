// The verbs of the mapping language: what each makes of a value, with the examples that both of its targets are tested on.

import type { Example, Verb } from '../converters/converter.ts';
import { verbs } from '../converters/index.ts';
import type { Json } from '../json/json.ts';
import { escapeCell, writeTable } from './table.ts';

export function listVerbs(): string {
  return writeTable(
    ['verb', 'gives', 'fills below the target'],
    verbs.map((verb) => [
      `[\`${writeUse(verb)}\`](#${verb.name})`,
      verb.about,
      listNames(verb.fills ?? verb.makes ?? []),
    ]),
  );
}

export function describeVerbs(): string {
  return verbs.map(describeVerb).join('\n\n');
}

function describeVerb(verb: Verb): string {
  const { name, about, examples } = verb;
  return [
    `### ${name}`,
    `${[about, ...describeWays(verb)].join(' ')} Written \`as: ${writeUse(verb)}\`.`,
    writeTable(
      verb.options === undefined ? ['of', 'it makes'] : ['of', 'with', 'it makes'],
      examples.map((example) => describeExample(verb, example)),
    ),
  ].join('\n\n');
}

function describeWays({ fills, makes, takesAll, joins, options }: Verb): string[] {
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

/** As it is written after `as:`, with what its first example takes. */
function writeUse({ name, options, examples }: Verb): string {
  if (options === undefined) return name;
  const [first] = examples;
  return `{${name}: ${options === 'table' ? writeTableOption(first?.options) : `'${String(first?.options)}'`}}`;
}

function writeTableOption(options: Json): string {
  const entries = Object.entries(Object(options)).map(([key, value]) => `${key}: ${String(value)}`);
  return `{${entries.join(', ')}}`;
}

function describeExample(verb: Verb, { given, options, gives }: Example): string[] {
  const made = gives === undefined ? 'nothing' : writeValue(gives);
  return verb.options === undefined
    ? [writeValue(given), made]
    : [writeValue(given), writeValue(options), made];
}

function writeValue(value: Json): string {
  return value === undefined ? 'nothing' : `\`\` ${escapeCell(JSON.stringify(value))} \`\``;
}

function listNames(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
