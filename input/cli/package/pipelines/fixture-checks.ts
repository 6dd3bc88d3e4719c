// Checks a document as elastic-package does beyond equality: every field is defined, and values are among those that
// ECS expects. The mapping allows more, on purpose; such documents are no fixtures.

import ecs from '@elastic/ecs';
import type { Field } from '../../../../fields/field-types.ts';
import { isObject, type Json, type JsonObject } from '../../../../pipelines/json/json.ts';

interface Expectations {
  readonly expected_values?: readonly string[];
}

const schema: Readonly<Record<string, object>> = ecs.EcsFlat;

/** The objects of the schema differ in type; none has to have expectations. */
const expectationsOf = (name: string): Expectations => Object(schema[name]);

export type FieldsByName = ReadonlyMap<string, Field>;

export function meetsExpectations(document: JsonObject, fields: FieldsByName): boolean {
  if (isObject(document.error) && document.error.message !== undefined) return false;
  const leaves = [...listLeaves(document, '')];
  return leaves.every(([name, value]) => isDefined(name, fields) && isExpected(name, value));
}

/** These keyword fields hold a number or a boolean in the source, as Microsoft serves it. */
export function numericKeywords(documents: readonly JsonObject[], fields: FieldsByName): string[] {
  const names = new Set<string>();
  for (const document of documents)
    for (const [name, value] of listLeaves(document, ''))
      if (typeof value !== 'string' && typeOf(name, fields) === 'keyword') names.add(name);
  return [...names].toSorted();
}

function* listLeaves(value: Json, name: string): Generator<[string, Json]> {
  if (Array.isArray(value)) for (const item of value) yield* listLeaves(item, name);
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value))
      yield* listLeaves(inner, name === '' ? key : `${name}.${key}`);
  else if (value !== undefined && value !== null) yield [name, value];
}

function isDefined(name: string, fields: FieldsByName): boolean {
  if (/[^-*_/@A-Za-z0-9.]/.test(name)) return false;
  if (typeOf(name, fields) !== undefined) return true;
  const parts = name.split('.');
  return parts.some((_, i) => fields.get(parts.slice(0, i).join('.'))?.type === 'flattened');
}

/** A field in a flattened object is a keyword, unless its definition has another type. */
function typeOf(name: string, fields: FieldsByName): string | undefined {
  const bag = fields.get(name.slice(0, name.lastIndexOf('.')))?.bag === true;
  return fields.get(name)?.type ?? (bag ? 'keyword' : undefined);
}

function isExpected(name: string, value: Json): boolean {
  const expected = expectationsOf(name).expected_values;
  return expected === undefined || expected.includes(String(value));
}
