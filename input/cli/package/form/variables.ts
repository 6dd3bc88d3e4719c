// The settings as the form in Kibana asks for them: those that a tenant's streams share once for the whole policy, the
// others by stream. Every variable is an option that was declared once; its type here is the nearest that Kibana 8.18
// knows, where durations and sizes are text.

import { completenessOptions } from '../../../completeness/options.ts';
import type { Option } from '../../../options/option.ts';
import { optionsOf } from '../../../settings/policy/read-inputs.ts';
import type { RegisteredKind } from '../../../sources/stream-source.ts';
import { compact } from '../package-files.ts';

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly multi: boolean;
  readonly required: boolean;
  readonly show_user: boolean;
  readonly secret?: boolean | undefined;
  readonly default?: Option['default'] | undefined;
  readonly options?: readonly { readonly value: string; readonly text: string }[] | undefined;
  readonly url_allowed_schemes?: readonly string[] | undefined;
}

/** Those that a form shows of a stream that reads such a source; Fleet itself asks for the namespace. */
export function formOptionsOf(kind: RegisteredKind): readonly Option[] {
  return optionsOf(kind).filter(({ name, shown }) => shown !== 'file' && !name.startsWith('data_stream.'));
}

/** The variables of the package itself, each once. Fleet hands them to the template of every stream. */
export function writeSharedVariables(kinds: readonly RegisteredKind[]): readonly Variable[] {
  const shared = kinds.flatMap(formOptionsOf).filter((option) => option.shared === true);
  return [...new Map(shared.map((option) => [option.name, option])).values()].map(writeVariable);
}

export const isMulti = ({ type, multiline }: Option): boolean => type === 'list' && multiline !== true;

/** The variables of a stream of records. A stream's variable would outweigh a shared one of the same name. */
export function writeStreamVariables(kind: RegisteredKind): readonly Variable[] {
  return formOptionsOf(kind)
    .filter(({ shared }) => shared !== true)
    .map(writeVariable);
}

function writeVariable(option: Option): Variable {
  const { name, title, shown, choices } = option;
  return compact({
    name,
    type: typeOf(option),
    title,
    description: describe(option),
    multi: isMulti(option),
    required: option.required === true,
    show_user: shown === 'main',
    secret: isSecret(option),
    default: option.default,
    options: option.type === 'choice' ? choices?.map((value) => ({ value, text: value })) : undefined,
    url_allowed_schemes: option.type === 'url' ? ['http', 'https'] : undefined,
  });
}

/** An option whose name only sounds like a secret is marked as none, because package-spec asks for it. */
function isSecret({ name, type }: Option): boolean | undefined {
  if (type === 'secret') return true;
  return /access_key|api_key|passphrase|password|secret|token/.test(name) ? false : undefined;
}

const types: Record<Option['type'], string> = {
  text: 'text',
  secret: 'password',
  boolean: 'bool',
  integer: 'integer',
  duration: 'text',
  bytes: 'text',
  url: 'url',
  choice: 'select',
  list: 'text',
  object: 'yaml',
};

const typeOf = ({ type, multiline }: Option): string => (multiline === true ? 'textarea' : types[type]);

function describe(option: Option): string {
  const { about, choices, example, minimum, maximum } = option;
  const sentences = [about];
  if (option.type === 'list' && choices) sentences.push(`Any of ${choices.join(', ')}.`);
  if (minimum !== undefined && maximum !== undefined) sentences.push(`From ${minimum} to ${maximum}.`);
  if (example !== undefined) sentences.push(`Example: ${example}.`);
  return sentences.join(' ');
}

export function writeCollectionVariables(): readonly Variable[] {
  return completenessOptions.options.map(writeVariable);
}
