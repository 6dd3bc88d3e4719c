// The record itself, as the document keeps it under `o365.audit`: which definition each property has, and which
// properties have none, or not the type that it says.

import type { Property } from '../definitions.ts';
import { auditField } from '../document-fields.ts';
import { isEmpty } from '../engine/tame.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import type { ExplainedField, FieldSource, Unmapped } from './explanation.ts';
import { flatten } from './flatten.ts';
import { objectOf, splitReason, textsOf } from './missing.ts';

type Properties = Readonly<Record<string, Property>>;

/** What the engine writes beside the properties of the record. */
const ours: Readonly<Record<string, string>> = {
  other: 'a copy of what has no definition, or not its type',
  unplaced: 'what has not the type of its definition',
  valueless: 'what lists of names and values name without a value',
};

export function traceProperties(audit: JsonObject, properties: Properties): ExplainedField[] {
  return Object.entries(audit).flatMap(([name, value]) => {
    const why = ours[name];
    if (why === undefined) return traceProperty(name, value, properties, auditField);
    return listFields(`${auditField}.${name}`, value, { by: 'engine', why });
  });
}

function traceProperty(name: string, value: Json, properties: Properties, above: string): ExplainedField[] {
  const field = `${above}.${name}`;
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (property === undefined) return listFields(field, value, { by: 'engine', why: 'no definition' });
  const { type, writtenAt, properties: inner = {} } = property;
  if (isObject(value) && type !== 'flattened' && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, each]) => traceProperty(key, each, inner, field));
  return listFields(field, value, { by: 'property', writtenAt, why: type });
}

function listFields(name: string, value: Json, source: FieldSource): ExplainedField[] {
  return flatten(value, name).map(([field, inner]) => ({ name: field, value: inner, sources: [source] }));
}

/** `record` is what came, before it was shaped. */
export function listUnmapped(record: JsonObject, audit: JsonObject, properties: Properties): Unmapped[] {
  const other = objectOf(audit.other);
  const misfits = textsOf(audit.unplaced).map(splitReason);
  const misfitPaths = new Set(misfits.map(([path]) => path));
  return [
    ...misfits.map(([path, detail]) => describe(path, 'misfit', detail, keptInOther(path, other))),
    ...Object.keys(other)
      .filter((path) => !misfitPaths.has(path))
      .map((path) => describe(path, 'undefined', 'no definition', keptTwice(path, audit))),
    ...listTexts(audit, properties, ''),
    ...textsOf(audit.valueless).map((path) => describe(path, 'empty', 'no value', ['valueless'])),
    ...Object.entries(record)
      .filter(([name, value]) => isEmpty(value) && audit[name] === undefined)
      .map(([name]) => describe(name, 'empty', 'no value', [])),
  ];
}

function describe(
  path: string,
  reason: Unmapped['reason'],
  detail: string,
  keptIn: readonly string[],
): Unmapped {
  return { path, reason, detail, keptIn: keptIn.map((name) => `${auditField}.${name}`) };
}

function keptInOther(path: string, other: JsonObject): string[] {
  return Object.hasOwn(other, path) ? [`other.${path}`] : [];
}

/** In its own place too, unless its name could not be taken there. */
function keptTwice(path: string, audit: JsonObject): string[] {
  const [first = ''] = path.split('.');
  return Object.hasOwn(audit, first) && !Object.hasOwn(ours, first)
    ? [path, `other.${path}`]
    : [`other.${path}`];
}

/** What came as text in place of structure. */
function listTexts(object: JsonObject, properties: Properties, above: string): Unmapped[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const property = properties[name];
    if (property === undefined) return [];
    if (isObject(value)) return listTexts(value, property.properties ?? {}, `${above}${name}.`);
    const base = name.endsWith('Text') ? properties[name.slice(0, -'Text'.length)] : undefined;
    const isStructure = ['object', 'pairs', 'changes', 'flattened'].includes(base?.type ?? '');
    if (!isStructure) return [];
    const path = above + name.slice(0, -'Text'.length);
    return [describe(path, 'text', `text in place of ${base?.type}`, [above + name])];
  });
}
