// Reads JSON of a foreign shape: a value that is missing or of another type is an error that names it.

import { isObject } from '../../pipelines/json/unknown.ts';

export type UnknownObject = Readonly<Record<string, unknown>>;

export function objectAt(tree: UnknownObject, name: string): UnknownObject {
  const value = tree[name];
  return isObject(value) ? value : missing(name, 'an object');
}

export function listAt(tree: UnknownObject, name: string): readonly UnknownObject[] {
  const value: unknown = tree[name];
  if (!Array.isArray(value)) return missing(name, 'a list');
  return value.map((item: unknown) => (isObject(item) ? item : missing(name, 'a list of objects')));
}

export function textsAt(tree: UnknownObject, name: string): readonly string[] {
  const value: unknown = tree[name];
  if (!Array.isArray(value)) return missing(name, 'a list');
  return value.map((item: unknown) => (typeof item === 'string' ? item : missing(name, 'a list of texts')));
}

export function textAt(tree: UnknownObject, name: string): string {
  const value = tree[name];
  return typeof value === 'string' ? value : missing(name, 'a text');
}

export function numberAt(tree: UnknownObject, name: string): number {
  const value = tree[name];
  return typeof value === 'number' ? value : missing(name, 'a number');
}

/** Parses the JSON in a text. */
export function parseAt(tree: UnknownObject, name: string): UnknownObject {
  const value: unknown = JSON.parse(textAt(tree, name));
  return isObject(value) ? value : missing(name, 'an object in JSON');
}

function missing(name: string, wanted: string): never {
  throw new Error(`"${name}" is not ${wanted}`);
}
