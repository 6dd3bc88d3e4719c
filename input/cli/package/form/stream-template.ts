// Writes the Handlebars template from which Fleet renders a stream of an agent policy: every setting that the form
// knows, left out where nothing was entered, so that the input's own default counts. The policy of Fleet has no place for
// what streams share, so that each stream repeats it.

import { completenessOptions } from '../../../completeness/options.ts';
import type { Option } from '../../../options/option.ts';
import { usualKind } from '../../../sources/index.ts';
import type { RegisteredKind } from '../../../sources/stream-source.ts';
import { formOptionsOf, isMulti } from './variables.ts';

/** The settings of a stream of records. */
export function writeStreamTemplate(kind: RegisteredKind): string {
  const source = kind.name === usualKind ? '' : `source: ${kind.name}\n`;
  return `${source}${writeTemplate(formOptionsOf(kind))}`;
}

export function writeCollectionTemplate(): string {
  return writeTemplate(completenessOptions.options);
}

function writeTemplate(options: readonly Option[]): string {
  return `${options.map(writeSetting).join('\n')}\n`;
}

/**
 * A comment behind each text. Kibana takes whatever stands between two double quotes for one string, over lines and
 * values, and removes its line feeds: a single quote in a name would spoil all that follows. Wherever these three
 * characters come, in such a string or outside of one, they leave none open.
 */
const closeQuotes = '# \\""';

function writeSetting(option: Option): string {
  const { name, type, default: usual } = option;
  // "If" would leave out a false, which says something here; where nothing was entered, this says nothing.
  if (type === 'boolean' && usual === true) return `${name}: {{${name}}}`;
  return [`{{#if ${name}}}`, ...writeValue(option), '{{/if}}'].join('\n');
}

/** Text of several lines stands at the root: Kibana 8.18 parses it only there. A list of one needs no dash. */
function writeValue(option: Option): string[] {
  const { name, type } = option;
  if (isMulti(option))
    return [
      `${name}:`,
      `{{#each ${name} as |item|}}`,
      `  - {{escape_string item}} ${closeQuotes}`,
      '{{/each}}',
    ];
  switch (type) {
    case 'boolean':
    case 'integer':
      return [`${name}: {{${name}}}`];
    case 'object':
      return [`${name}:`, `{{${name}}}`];
    default:
      return [`${name}: {{escape_string ${name}}} ${closeQuotes}`];
  }
}
