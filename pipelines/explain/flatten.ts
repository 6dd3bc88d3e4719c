// Flattens a document to fields with dotted names. A list is one field, and so is an empty object.

import { isObject, type Json } from '../json/json.ts';

type NamedValue = readonly [name: string, value: Json];

export function flatten(value: Json, name = ''): NamedValue[] {
  const members = isObject(value) ? Object.entries(value).filter(([, inner]) => inner !== undefined) : [];
  if (members.length === 0) return [[name, value]];
  return members.flatMap(([key, inner]) => flatten(inner, name === '' ? key : `${name}.${key}`));
}
