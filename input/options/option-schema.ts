// Makes a validator of declared options, and a sentence for the operator of each violation.

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Option } from './option.ts';
import { suggest } from './problems.ts';
import { parseBytes, parseDuration } from './units.ts';

interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

const within = (value: number | undefined, { minimum, maximum }: Bounds) =>
  value !== undefined &&
  (minimum === undefined || value >= minimum) &&
  (maximum === undefined || value <= maximum);

// The schemas are made here, so nobody has to check them against the schema of schemas: it takes longer than all of them.
const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
  meta: false,
  validateSchema: false,
})
  .addKeyword({ keyword: 'option' })
  .addKeyword({
    keyword: 'duration',
    compile: (bounds: Bounds) => (value: unknown) =>
      typeof value !== 'string' || within(parseDuration(value), bounds),
  })
  .addKeyword({
    keyword: 'bytes',
    compile: (bounds: Bounds) => (value: unknown) =>
      (typeof value !== 'string' && typeof value !== 'number') || within(parseBytes(value), bounds),
  })
  .addFormat('http-url', (text: string) => isHttpUrl(text) && !/\/\/[^/]*@/.test(text))
  .addFormat('proxy-url', isHttpUrl);

const compiled = new WeakMap<readonly Option[], ValidateFunction>();

/** Compiles the options of one part, once. The validator takes flat data, with dotted names as keys. */
export function compileOptions(options: readonly Option[]): ValidateFunction {
  const known = compiled.get(options) ?? ajv.compile(optionsSchema(options));
  compiled.set(options, known);
  return known;
}

/** Makes the JSON schema of one part. Unknown names are found earlier, where their locations are known. */
function optionsSchema(options: readonly Option[]): object {
  return {
    type: 'object',
    properties: Object.fromEntries(options.map((option) => [option.name, optionSchema(option)])),
    required: options.filter((option) => option.required).map((option) => option.name),
  };
}

function optionSchema(option: Option): object {
  const bounds = { minimum: boundOf(option, option.minimum), maximum: boundOf(option, option.maximum) };
  const defined = Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined));
  switch (option.type) {
    case 'text':
    case 'secret':
      return { option, type: 'string' };
    case 'url':
      return { option, type: 'string', format: option.name.endsWith('proxy_url') ? 'proxy-url' : 'http-url' };
    case 'boolean':
      return { option, type: 'boolean' };
    case 'integer':
      return { option, type: 'integer', ...defined };
    case 'duration':
      return { option, type: 'string', duration: bounds };
    case 'bytes':
      return { option, type: ['string', 'integer'], bytes: bounds };
    case 'choice':
      return { option, enum: option.choices };
    case 'list':
      return { option, type: 'array', items: listItem(option), ...(option.choices && choiceListRules) };
    case 'object':
      return { option, type: ['object', 'array'] };
  }
}

/** The rules of a list of choices: an empty one would do nothing, and nobody would notice. */
const choiceListRules = { minItems: 1, uniqueItems: true };

function listItem(option: Option): object {
  if (option.choices) return { option, enum: option.choices };
  return { option, type: option.numbers ? ['string', 'integer'] : 'string' };
}

function boundOf(option: Option, bound: number | string | undefined): number | undefined {
  if (bound === undefined) return undefined;
  if (typeof bound === 'number') return bound;
  return option.type === 'duration' ? parseDuration(bound) : parseBytes(bound);
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol);
}

const wanted: Record<Option['type'], string> = {
  text: 'text',
  secret: 'text',
  url: 'a URL such as https://host:9200, without a user name',
  boolean: 'true or false',
  integer: 'a whole number',
  duration: 'a duration such as "30s", "5m" or "167h55m"',
  bytes: 'a size such as "64KiB" or "16MiB"',
  choice: 'one word',
  list: 'a list',
  object: 'a map or a list',
};

/** Describes a violation in one line, without its location and never with the value of a secret. */
export function describeViolation(option: Option, error: ErrorObject): string {
  const { name } = option;
  switch (error.keyword) {
    case 'type':
      return `${name} must be ${typeWanted(option, error)}, not ${kindOf(error.data)}${hint(option, error.data)}`;
    case 'enum':
      return describeChoice(option, error.data);
    case 'minItems':
      return `${name} is empty; name one or more of ${option.choices?.join(', ')}, or leave it out for all of them`;
    case 'uniqueItems':
      return `${name} names ${show(asList(error.data)[error.params.j])} twice`;
    case 'format':
      return `${name} must be ${wanted[option.type]}, not ${show(redactUrl(error.data))}`;
    default:
      return describeBound(option, error.data);
  }
}

function typeWanted(option: Option, error: ErrorObject): string {
  if (option.type !== 'list') return wanted[option.type];
  return error.params.type === 'array' ? 'a list' : 'a list of texts';
}

function describeChoice(option: Option, value: unknown): string {
  const choices = option.choices ?? [];
  const near = typeof value === 'string' ? suggest(value, choices) : '';
  return `${option.name} does not know ${show(value)}${near} (one of ${choices.join(', ')})`;
}

function describeBound(option: Option, value: unknown): string {
  const read = option.type === 'duration' ? parseDuration(String(value)) : parseBytes(String(value));
  if (read === undefined) return `${option.name} must be ${wanted[option.type]}, not ${show(value)}`;
  const minimum = boundOf(option, option.minimum);
  const low = minimum !== undefined && read < minimum;
  const bound = low ? `at least ${option.minimum}` : `at most ${option.maximum}`;
  const reason = option.boundsReason ? `: ${option.boundsReason}` : '';
  return `${option.name} is ${String(value)}, but must be ${bound}${reason}`;
}

function hint(option: Option, value: unknown): string {
  if (Array.isArray(value)) return option.whenSeveral ? `; ${option.whenSeveral}` : '';
  if (option.type === 'text' || option.type === 'secret')
    return typeof value === 'number' || typeof value === 'boolean' ? '; put it in quotes' : '';
  return option.type === 'duration' && typeof value === 'number' ? '; it needs a unit' : '';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'a map';
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Removes the password that a wrong URL may still hold. */
function redactUrl(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\/\/[^/]*@/, '//[redacted]@') : value;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 80)}"` : kindOf(value);
}
