// The constants that a policy adds to every document (the processor add_fields), set where their dotted names say.

import { isObject, type JsonObject } from '../../pipelines/json/json.ts';

export type ConstantFields = Readonly<Record<string, string | number | boolean>>;

/** Returns a function that sets the constants on a document; a value that stands in the way is replaced. */
export function setConstants(fields: ConstantFields): (document: JsonObject) => void {
  const paths = Object.entries(fields).map(([name, value]) => ({ names: name.split('.'), value }));
  return (document) => {
    for (const { names, value } of paths) setAt(document, names, value);
  };
}

function setAt(document: JsonObject, names: readonly string[], value: string | number | boolean): void {
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

function define(parent: JsonObject, name: string, value: string | number | boolean | JsonObject): void {
  Object.defineProperty(parent, name, { value, configurable: true, enumerable: true, writable: true });
}
