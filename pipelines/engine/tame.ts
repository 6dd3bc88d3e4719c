// Makes any value fit for an index that has no definition of it: depth, names and emptiness. The limits are those of
// Elasticsearch's flattened field, found by trying: 20 levels, no NUL in a name, 32,766 bytes for path and value.

import type { Json, JsonObject } from '../json/json.ts';
import { writeJson } from '../json/json-text.ts';
import { isInexact } from '../parse-record.ts';

const deepestLevel = 18;
const longestName = 100;
const longestPath = 512;

/** A note that is set when a number may not be what the text of the record said. */
export interface Notice {
  inexact: boolean;
}

export function isEmpty(value: Json): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const name in value) if (value[name] !== undefined) return false;
  return true;
}

/** May be a key of an object in the index. */
export function isLegalName(name: string): boolean {
  return name.length <= longestName && name.trim() !== '' && !name.includes('\0');
}

export function legalPath(path: string): string {
  return legalName(path, longestPath);
}

function legalName(name: string, longest = longestName): string {
  const plain = name.includes('\0') ? name.replaceAll('\0', '\ufffd') : name;
  return plain.length > longest ? plain.slice(0, longest) : plain;
}

/** Sets a property of the object itself, whatever its name. */
export function setOwn(object: JsonObject, name: string, value: Json): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}

/** Sets it, or makes a list of what is there and what comes. */
export function addTo(object: JsonObject, name: string, value: Json): void {
  const present = Object.hasOwn(object, name) ? object[name] : undefined;
  if (present === undefined) setOwn(object, name, value);
  else setOwn(object, name, [present, value].flat());
}

/** The value itself where it is harmless; otherwise a copy in which what is too deep is its own JSON text. */
export function tame(value: Json, notice: Notice, levels: number = deepestLevel): Json {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'number' && isInexact(value)) notice.inexact = true;
    return value;
  }
  if (levels === 0) return writeJson(value);
  return Array.isArray(value) ? tameList(value, notice, levels - 1) : tameObject(value, notice, levels - 1);
}

function tameList(list: Json[], notice: Notice, levels: number): Json[] {
  let copy: Json[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const tamed = tame(list[i], notice, levels);
    if (copy === undefined && tamed !== list[i]) copy = list.slice(0, i);
    copy?.push(tamed);
  }
  return copy ?? list;
}

function tameObject(object: JsonObject, notice: Notice, levels: number): JsonObject {
  let copy: JsonObject | undefined;
  for (const name in object) {
    const tamed = tame(object[name], notice, levels);
    const legal = legalName(name);
    if (copy === undefined && (tamed !== object[name] || legal !== name)) copy = copyBefore(object, name);
    if (copy !== undefined) addTo(copy, legal, tamed);
  }
  return copy ?? object;
}

function copyBefore(object: JsonObject, end: string): JsonObject {
  const copy: JsonObject = {};
  for (const name in object) {
    if (name === end) break;
    setOwn(copy, name, object[name]);
  }
  return copy;
}

/** `tame(value, levels)` begins with this. */
export const deepestLevelPainless = String(deepestLevel);

export const longestPathPainless = String(longestPath);

/** The functions of this file for the ingest pipeline. */
export const tamePainless = `
boolean isEmpty(def value) {
  if (value == null) return true;
  if (value instanceof String) return ((String) value).isEmpty();
  if (value instanceof List) return ((List) value).isEmpty();
  return value instanceof Map && ((Map) value).isEmpty();
}
boolean isLegalName(String name) {
  return name.length() <= ${longestName} && !name.trim().isEmpty() && name.indexOf(String.valueOf((char) 0)) < 0;
}
String legalName(String name, int longest) {
  String plain = name.replace(String.valueOf((char) 0), String.valueOf((char) 65533));
  return plain.length() > longest ? plain.substring(0, longest) : plain;
}
void addTo(Map object, String name, def value) {
  def present = object.get(name);
  if (present == null) { object.put(name, value); return; }
  List both = new ArrayList();
  if (present instanceof List) both.addAll((List) present); else both.add(present);
  if (value instanceof List) both.addAll((List) value); else both.add(value);
  object.put(name, both);
}
def tame(def value, int levels) {
  if (value instanceof Map) {
    if (levels == 0) return writeJson(value, false);
    Map copy = new LinkedHashMap();
    for (def entry : ((Map) value).entrySet()) addTo(copy, legalName((String) entry.getKey(), ${longestName}), tame(entry.getValue(), levels - 1));
    return copy;
  }
  if (value instanceof List) {
    if (levels == 0) return writeJson(value, false);
    List copy = new ArrayList();
    for (def item : (List) value) copy.add(tame(item, levels - 1));
    return copy;
  }
  return value;
}`;
