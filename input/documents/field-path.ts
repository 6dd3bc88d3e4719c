// Reads and changes a field of a document by its dotted name. A key of the document may have dots in itself.

import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';

interface Located {
  readonly parent: JsonObject;
  readonly key: string;
}

/** Finds where a field stands; undefined where it does not. */
function locate(document: JsonObject, name: string): Located | undefined {
  if (Object.hasOwn(document, name)) return { parent: document, key: name };
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const key = name.slice(0, dot);
    const inner = Object.hasOwn(document, key) ? document[key] : undefined;
    const found = isObject(inner) ? locate(inner, name.slice(dot + 1)) : undefined;
    if (found) return found;
  }
  return undefined;
}

export function readField(document: JsonObject, name: string): Json {
  const found = locate(document, name);
  return found?.parent[found.key];
}

/** Returns whether it was there. */
export function removeField(document: JsonObject, name: string): boolean {
  const found = locate(document, name);
  if (found) delete found.parent[found.key];
  return found !== undefined;
}

/** Sets a field; a value that stands in the way of a deeper name is replaced. */
export function writeField(document: JsonObject, names: readonly string[], value: Json): void {
  let parent = document;
  for (const name of names.slice(0, -1)) parent = openObject(parent, name);
  define(parent, names.at(-1) ?? '', value);
}

/** Returns an object under the name. An existing one is copied first: the mapper shares objects between documents. */
function openObject(parent: JsonObject, name: string): JsonObject {
  const existing = Object.hasOwn(parent, name) ? parent[name] : undefined;
  const opened: JsonObject = isObject(existing) ? { ...existing } : {};
  define(parent, name, opened);
  return opened;
}

function define(parent: JsonObject, name: string, value: Json): void {
  Object.defineProperty(parent, name, { value, configurable: true, enumerable: true, writable: true });
}
