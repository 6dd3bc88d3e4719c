// The types of fields, and the index mapping that each becomes. Attacker-controlled text is searchable up to 8,191
// characters: at ECS's 1,024 a padded value hides from every rule.

/** Types of one family can be queried together across indices. */
export type Family =
  | 'keyword'
  | 'text'
  | 'number'
  | 'boolean'
  | 'date'
  | 'ip'
  | 'geo_point'
  | 'object'
  | 'flattened'
  | 'nested';

export interface Mapping {
  readonly type?: string;
  readonly [parameter: string]: unknown;
}

export const ignoreAbove = 8191;

/** What a number can count, and how Elastic's packages write it. */
export const units: Readonly<Record<string, string>> = {
  byte: 'byte',
  percent: 'percent',
  day: 'd',
  hour: 'h',
  minute: 'm',
  second: 's',
  ms: 'ms',
};

interface FieldType {
  readonly family: Family;
  readonly mapping: Mapping;
}

/** Numbers and dates that do not parse are kept in the document and left out of the index, never refused. */
const lenient = { ignore_malformed: true };

/** A plain query, which knows nothing of the list, finds the values in it all the same. */
export const flatToo = { include_in_root: true };

export const fieldTypes = {
  keyword: { family: 'keyword', mapping: { type: 'keyword', ignore_above: ignoreAbove } },
  constant_keyword: { family: 'keyword', mapping: { type: 'constant_keyword' } },
  wildcard: { family: 'keyword', mapping: { type: 'wildcard', ignore_above: ignoreAbove } },
  text: { family: 'text', mapping: { type: 'text' } },
  match_only_text: { family: 'text', mapping: { type: 'match_only_text' } },
  long: { family: 'number', mapping: { type: 'long', ...lenient } },
  integer: { family: 'number', mapping: { type: 'integer', ...lenient } },
  float: { family: 'number', mapping: { type: 'float', ...lenient } },
  double: { family: 'number', mapping: { type: 'double', ...lenient } },
  boolean: { family: 'boolean', mapping: { type: 'boolean', ...lenient } },
  date: { family: 'date', mapping: { type: 'date', ...lenient } },
  ip: { family: 'ip', mapping: { type: 'ip', ...lenient } },
  geo_point: { family: 'geo_point', mapping: { type: 'geo_point', ...lenient } },
  flattened: { family: 'flattened', mapping: { type: 'flattened', ignore_above: ignoreAbove } },
  object: { family: 'object', mapping: { type: 'object' } },
  nested: { family: 'nested', mapping: { type: 'nested', ...flatToo } },
} as const satisfies Record<string, FieldType>;

export type FieldTypeName = keyof typeof fieldTypes;

/**
 * The part of a field that an index keeps beside the document itself, where that is less than everything. With
 * `doc_values` alone every query and aggregation works, and only searches for a value that many documents hold take
 * longer. A field with `none` can only be read, and a search is an error. Of `document` the index knows nothing, and a
 * search finds nothing.
 */
export type Kept = 'doc_values' | 'none' | 'document';

export function keptParameters(kept: Kept | undefined): { index?: false; doc_values?: false } {
  if (kept === undefined || kept === 'document') return {};
  return kept === 'none' ? { index: false, doc_values: false } : { index: false };
}

/** Types whose doc values answer every query that their index would. */
export function hasSearchableDocValues(type: FieldTypeName): boolean {
  return ![
    'text',
    'match_only_text',
    'flattened',
    'object',
    'nested',
    'constant_keyword',
    'wildcard',
  ].includes(type);
}

export function isFieldType(name: string): name is FieldTypeName {
  return Object.hasOwn(fieldTypes, name);
}

/** One field that documents can hold, by its full dotted name. */
export interface Field {
  readonly name: string;
  readonly type: FieldTypeName;
  /** One sentence. */
  readonly about: string;
  readonly example?: string | undefined;
  readonly unit?: string | undefined;
  /** Keys with dots stay whole, and keys without a definition stay out of the index. */
  readonly bag?: boolean | undefined;
  /** Undefined for a field that has an index and doc values. */
  readonly kept?: Kept | undefined;
  /** Second indexes of the same value, by their suffixes. */
  readonly multiFields?: Readonly<Record<string, FieldTypeName>> | undefined;
  /** True for a field that ECS defines, and false for one of this project. */
  readonly ecs: boolean;
}
