// The record itself, as the document keeps it: which definition each property has, and which
// properties have none, or not the type that it says.

import type { Definitions, Properties, Property } from '../definitions.ts';
import { isEmpty } from '../engine/tame.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import type { ExplainedField, FieldOrigin, Unmapped } from './explanation.ts';
import { flatten } from './flatten.ts';
import { objectOf, splitReason, textsOf } from './missing.ts';

/** The properties that the engine itself adds to the record. */
const ours: Readonly<Record<string, string>> = {
  other: 'a copy of what has no definition, or not its type',
  unplaced: 'what has not the type of its definition',
  valueless: 'what lists of names and values name without a value',
};

export function traceProperties(kept: JsonObject, { dataset, properties }: Definitions): ExplainedField[] {
  const { recordField } = dataset;
  const byField = nameByField(properties);
  return Object.entries(kept).flatMap(([name, value]) => {
    const why = ours[name];
    if (why === undefined) return traceProperty(name, value, byField, recordField);
    return listFields(`${recordField}.${name}`, value, { by: 'engine', why });
  });
}

type NamedProperties = Record<string, Property>;

/** Definitions by the names that their properties have in the document. */
function nameByField(properties: Properties): Properties {
  const named: NamedProperties = {};
  for (const [name, property] of Object.entries(properties)) {
    const inner = property.properties && nameByField(property.properties);
    placeAt(named, (property.field ?? name).split('.'), { ...property, properties: inner });
  }
  return named;
}

/** Objects that only hold what has such a name have no definition of their own. */
function placeAt(named: NamedProperties, [name = '', ...rest]: readonly string[], property: Property): void {
  if (rest.length === 0) {
    named[name] = property;
    return;
  }
  const holder = named[name] ?? { type: 'object', about: '' };
  const inner: NamedProperties = { ...holder.properties };
  placeAt(inner, rest, property);
  named[name] = { ...holder, properties: inner };
}

function traceProperty(name: string, value: Json, properties: Properties, above: string): ExplainedField[] {
  const field = `${above}.${name}`;
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (property === undefined) return listFields(field, value, { by: 'engine', why: 'no definition' });
  const { type, writtenAt, positions, properties: inner = {} } = property;
  if (isObject(value) && positions !== undefined)
    return Object.entries(value).flatMap(([at, item]) => {
      if (!isObject(item))
        return listFields(`${field}.${at}`, item, { by: 'property', writtenAt, why: type });
      return Object.entries(item).flatMap(([key, each]) => traceProperty(key, each, inner, `${field}.${at}`));
    });
  if (isObject(value) && type !== 'flattened' && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, each]) => traceProperty(key, each, inner, field));
  return listFields(field, value, { by: 'property', writtenAt, why: type });
}

function listFields(name: string, value: Json, source: FieldOrigin): ExplainedField[] {
  return flatten(value, name).map(([field, inner]) => ({ name: field, value: inner, sources: [source] }));
}

/** `record` is what came, before it was shaped. */
export function listUnmapped(
  record: JsonObject,
  kept: JsonObject,
  { dataset, properties }: Definitions,
): Unmapped[] {
  const other = objectOf(kept.other);
  const misfits = textsOf(kept.unplaced).map(splitReason);
  const misfitPaths = new Set(misfits.map(([path]) => path));
  const found: Unmapped[] = [
    ...misfits.map(([path, detail]) => describe(path, 'misfit', detail, keptInOther(path, other))),
    ...Object.keys(other)
      .filter((path) => !misfitPaths.has(path))
      .map((path) => describe(path, 'undefined', 'no definition', keptTwice(path, kept))),
    ...listTexts(kept, properties, '', ''),
    ...textsOf(kept.valueless).map((path) => describe(path, 'empty', 'no value', ['valueless'])),
    ...Object.entries(record)
      .filter(([name, value]) => isEmpty(value) && kept[name] === undefined)
      .map(([name]) => describe(name, 'empty', 'no value', [])),
  ];
  const inDocument = (name: string) => `${dataset.recordField}.${name}`;
  return found.map((each) => ({ ...each, keptIn: each.keptIn.map(inDocument) }));
}

/** `keptIn` is below the field of the record. */
function describe(
  path: string,
  reason: Unmapped['reason'],
  detail: string,
  keptIn: readonly string[],
): Unmapped {
  return { path, reason, detail, keptIn };
}

function keptInOther(path: string, other: JsonObject): string[] {
  return Object.hasOwn(other, path) ? [`other.${path}`] : [];
}

/** The value stands under its own name too, unless that name could not be taken. */
function keptTwice(path: string, kept: JsonObject): string[] {
  const [first = ''] = path.split('.');
  return Object.hasOwn(kept, first) && !Object.hasOwn(ours, first)
    ? [path, `other.${path}`]
    : [`other.${path}`];
}

/** What came as text in place of structure. A property has a path in the record, and a name in the document. */
function listTexts(object: JsonObject, properties: Properties, path: string, field: string): Unmapped[] {
  const names = new Map(Object.entries(properties).map(([name, each]) => [each.field ?? name, name]));
  return Object.entries(object).flatMap(([own, value]) => {
    const name = names.get(own);
    const property = name === undefined ? undefined : properties[name];
    if (name === undefined || property === undefined) return [];
    if (isObject(value))
      return listTexts(value, property.properties ?? {}, `${path}${name}.`, `${field}${own}.`);
    const base = name.endsWith('Text') ? name.slice(0, -'Text'.length) : '';
    const { type = 'keyword' } = properties[base] ?? {};
    if (!['object', 'pairs', 'changes', 'flattened'].includes(type)) return [];
    return [describe(path + base, 'text', `text in place of ${type}`, [field + own])];
  });
}
