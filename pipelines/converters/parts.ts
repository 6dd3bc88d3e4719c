// Makes one of several values for converters: one object in which every part has the values of all, for those that fill
// several fields; the first value of a path, for those that join paths.

import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { addOnce } from '../json/lists.ts';

export function gatherParts(found: readonly Json[]): JsonObject | undefined {
  const objects = found.filter(isObject);
  const [first] = objects;
  if (first === undefined || objects.length === 1) return first;
  const gathered: JsonObject = {};
  for (const object of objects)
    for (const name in object) gathered[name] = addPart(gathered[name], object[name]);
  return gathered;
}

/** One value stays as it is, more become a list. */
function addPart(present: Json, value: Json): Json {
  if (present === undefined) return value;
  const list = Array.isArray(present) ? present : [present];
  addOnce(list, value);
  return list.length === 1 ? list[0] : list;
}

/** A converter that joins several paths takes one value of each. */
export function firstOf(value: Json): Json {
  return Array.isArray(value) ? firstOf(value[0]) : value;
}
