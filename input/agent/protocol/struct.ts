// Values as protobuf's Struct holds them, from and to plain ones. Settings come in this form, and states go out in it.

import { isObject } from '../../../pipelines/json/unknown.ts';

/** Returns the map that a Struct holds; empty for anything else. */
export function readStruct(struct: unknown): Record<string, unknown> {
  const fields = fieldOf(struct, 'fields');
  if (!isObject(fields)) return {};
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, readValue(value)]));
}

function readValue(value: unknown): unknown {
  if (!isObject(value)) return null;
  const [kind, content] = Object.entries(value)[0] ?? [];
  if (kind === 'structValue') return readStruct(content);
  if (kind === 'nullValue') return null;
  if (kind !== 'listValue') return content;
  const values = fieldOf(content, 'values');
  return Array.isArray(values) ? values.map(readValue) : [];
}

/** What is undefined is left out. */
export function writeStruct(map: object): object {
  const known = Object.entries(map).filter(([, value]) => value !== undefined);
  return { fields: Object.fromEntries(known.map(([key, value]) => [key, writeValue(value)])) };
}

function writeValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(writeValue) } };
  if (typeof value === 'object' && value !== null) return { structValue: writeStruct(value) };
  return { nullValue: 'NULL_VALUE' };
}

function fieldOf(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
}
