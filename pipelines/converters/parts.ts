// What verbs make of several values: those that fill several fields one object, in which every part has the values of
// all, and those that join paths the first of a path.

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

/** Of what one path gives to a verb that joins several. */
export function firstOf(value: Json): Json {
  return Array.isArray(value) ? firstOf(value[0]) : value;
}

/** The functions of this file for the ingest pipeline. */
export const partsPainless = `
def firstOf(def value) {
  if (!(value instanceof List)) return value;
  return ((List) value).isEmpty() ? null : firstOf(((List) value).get(0));
}
void gatherParts(Map gathered, Map one) {
  if (one == null) return;
  for (def entry : one.entrySet()) {
    def present = gathered.get(entry.getKey());
    if (present == null) gathered.put(entry.getKey(), entry.getValue());
    else if (present instanceof List) { if (!((List) present).contains(entry.getValue())) ((List) present).add(entry.getValue()); }
    else if (present != entry.getValue()) gathered.put(entry.getKey(), new ArrayList([present, entry.getValue()]));
  }
}`;
