// What a list of the document takes: nothing twice, and of objects no more than an index does. Elasticsearch refuses a
// document with more than 10,000 objects in nested lists; what is left out here is still in the record that is kept.

import { isObject, type Json } from './json.ts';

export const mostObjects = 500;

/** Adds a value unless it is listed; objects are the same where their content is. */
export function addOnce(list: Json[], value: Json): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') {
    if (!list.includes(value)) list.push(value);
  } else if (list.length < mostObjects && !list.some((item) => isSame(item, value))) list.push(value);
}

function isSame(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, i) => isSame(item, right[i]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  for (const name in left) if (!isSame(left[name], right[name])) return false;
  for (const name in right) if (right[name] !== undefined && left[name] === undefined) return false;
  return true;
}
