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
  let place = document;
  for (const name of names.slice(0, -1)) place = openObject(place, name);
  define(place, names.at(-1) ?? '', value);
}

/** What is there is copied first: the mapper shares some of its objects between documents. */
function openObject(place: JsonObject, name: string): JsonObject {
  const there = Object.hasOwn(place, name) ? place[name] : undefined;
  const opened: JsonObject = isObject(there) ? { ...there } : {};
  define(place, name, opened);
  return opened;
}

function define(place: JsonObject, name: string, value: string | number | boolean | JsonObject): void {
  Object.defineProperty(place, name, { value, configurable: true, enumerable: true, writable: true });
}
