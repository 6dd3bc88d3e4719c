// Proposes lines for the properties of records that no file defines yet, with the type that their values look like.

import { isIP } from 'node:net';
import { stringify } from 'yaml';
import type { Definitions, Properties, Property, PropertyType } from '../../pipelines/definitions.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { formatPath, parsePath } from '../../pipelines/language/path.ts';

export interface Proposal {
  readonly from: string;
  readonly type: PropertyType;
}

/** Deeper structure is searched by its keys. */
const deepest = 3;

export function propose(records: readonly JsonObject[], definitions: Definitions): Proposal[] {
  return proposeBelow(records, definitions.properties, []);
}

/** A line of `fields`, without its dash. */
export function writeLine({ from, type }: Proposal): string {
  return writeFlow({ from, type, about: `${from} of the record.` });
}

export function describeProposals(records: readonly JsonObject[], definitions: Definitions): string {
  const lines = propose(records, definitions).map((proposal) => `  - ${writeLine(proposal)}`);
  if (lines.length === 0) return 'every property of the records is defined';
  return ['lines to put under "fields":', ...lines].join('\n');
}

export function writeFlow(value: object): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}

function proposeBelow(
  objects: readonly JsonObject[],
  known: Properties,
  above: readonly string[],
): Proposal[] {
  const names = new Set(objects.flatMap((object) => Object.keys(object)));
  return [...names].flatMap((name) => {
    const values = objects.flatMap((object) => listValues(object[name]));
    const path = [...above, name];
    const from = formatPath(path.map((step) => ({ name: step })));
    if (values.length === 0 || parsePath(from) === undefined) return [];
    return proposeFor(values, from, path, Object.hasOwn(known, name) ? known[name] : undefined);
  });
}

function proposeFor(
  values: readonly Json[],
  from: string,
  path: readonly string[],
  known: Property | undefined,
): Proposal[] {
  const guess = guessType(values, path.length);
  const type = known?.type ?? (guess === 'long' && isCode.test(from) ? 'keyword' : guess);
  const own = known === undefined ? [{ from, type }] : [];
  if (type === 'pairs') return [...own, ...proposeBelow([byName(values)], known?.properties ?? {}, path)];
  if (type !== 'object') return own;
  return [...own, ...proposeBelow(values.filter(isObject), known?.properties ?? {}, path)];
}

/** As the mapper keeps a list of names and values. */
function byName(items: readonly Json[]): JsonObject {
  return Object.fromEntries(items.filter(isObject).map(({ Name, Value }) => [String(Name), Value]));
}

function listValues(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(listValues);
  return value === undefined || value === null || value === '' ? [] : [value];
}

/** Numbers that nobody counts or compares. */
const isCode = /(?:code|id|kind|number|status|type|version)$/i;

const guesses: readonly (readonly [PropertyType, (value: Json) => boolean])[] = [
  ['boolean', (value) => typeof value === 'boolean'],
  ['long', (value) => Number.isInteger(value)],
  ['double', (value) => typeof value === 'number'],
  ['date', (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)],
  ['ip', (value) => typeof value === 'string' && isIP(value) !== 0],
  ['flattened', (value) => typeof value === 'string' && holdsJson(value)],
  ['changes', (value) => isObject(value) && hasKeys(value, ['Name', 'NewValue'])],
  ['pairs', (value) => isObject(value) && hasKeys(value, ['Name', 'Value'])],
];

function guessType(values: readonly Json[], depth: number): PropertyType {
  const guess = guesses.find(([, fits]) => values.every(fits));
  if (guess !== undefined) return guess[0];
  if (!values.every(isObject)) return values.some(isObject) ? 'flattened' : 'keyword';
  return depth >= deepest ? 'flattened' : 'object';
}

function hasKeys(object: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => key in object) && Object.keys(object).length <= keys.length + 1;
}

function holdsJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
