// What a list of the document takes: nothing twice, and of objects no more than an index does. Elasticsearch refuses a
// document with more than 10,000 objects in nested lists; what is left out here is still under `o365.audit`.

import type { Json } from './json.ts';

export const mostObjects = 500;

/** Adds a value unless it is listed; objects are the same where their content is. */
export function addOnce(list: Json[], value: Json): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') {
    if (!list.includes(value)) list.push(value);
  } else if (list.length < mostObjects && !holdsObject(list, value)) list.push(value);
}

function holdsObject(list: readonly Json[], value: Json): boolean {
  if (list.length === 0) return false;
  const text = JSON.stringify(value);
  return list.some((item) => JSON.stringify(item) === text);
}

/** The functions of this file for the ingest pipeline. */
export const listsPainless = `
void addOnce(List list, def value) {
  if (value == null || (value instanceof Map && list.size() >= ${mostObjects})) return;
  if (!list.contains(value)) list.add(value);
}`;
