// Names that properties have in the document apart from those in the record. Rules read records by the names that
// their service gives; only what is kept is renamed, after everything else.

import type { Properties } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { setOwn } from './tame.ts';

export type Rename = (record: JsonObject) => JsonObject;

interface Name {
  /** The name, inside of the objects that it stands in beside the property. */
  readonly field: readonly string[];
  /** The number of positions of a list that becomes an object keyed by them. */
  readonly positions: number | undefined;
  readonly inner: Names | undefined;
}

interface Names {
  readonly byProperty: ReadonlyMap<string, Name>;
  /** A property without a definition that has one of these names stands in `other` alone. */
  readonly taken: ReadonlySet<string>;
}

/** Undefined where every property keeps its name. */
export function compileRename(properties: Properties): Rename | undefined {
  if (!hasOtherNames(properties)) return undefined;
  const names = compileNames(properties);
  return (record) => renameObject(record, names);
}

export function hasOtherNames(properties: Properties): boolean {
  return Object.values(properties).some(
    ({ field, positions, properties: inner = {} }) =>
      field !== undefined || positions !== undefined || hasOtherNames(inner),
  );
}

function compileNames(properties: Properties): Names {
  const entries = Object.entries(properties).map(
    ([name, { field = name, positions, type, properties: inner }]) => {
      const below = type === 'object' && inner !== undefined ? compileNames(inner) : undefined;
      return [name, { field: field.split('.'), positions, inner: below }] as const;
    },
  );
  return { byProperty: new Map(entries), taken: new Set(entries.map(([, { field }]) => field[0] ?? '')) };
}

function renameObject(object: JsonObject, names: Names): JsonObject {
  const renamed: JsonObject = {};
  for (const name in object) {
    const value = object[name];
    const known = names.byProperty.get(name);
    if (value === undefined || (known === undefined && names.taken.has(name))) continue;
    if (known === undefined) setOwn(renamed, name, value);
    else putBelow(renamed, known.field, renameKnown(value, known));
  }
  return renamed;
}

function putBelow(object: JsonObject, [name = '', ...rest]: readonly string[], value: Json): void {
  const inner = object[name];
  const holder = isObject(inner) ? inner : {};
  setOwn(object, name, rest.length === 0 ? value : holder);
  if (rest.length > 0) putBelow(holder, rest, value);
}

function renameKnown(value: Json, { inner, positions }: Name): Json {
  const renamed = inner === undefined ? value : renameValue(value, inner);
  return positions === undefined ? renamed : keyByPosition([renamed].flat(), positions);
}

/** The last position holds the rest of a longer list, so that all of it can be searched. */
function keyByPosition(items: readonly Json[], positions: number): JsonObject {
  const keyed: JsonObject = {};
  for (const [i, item] of items.slice(0, positions).entries()) keyed[i] = item;
  if (items.length > positions) keyed[positions - 1] = items.slice(positions - 1);
  return keyed;
}

function renameValue(value: Json, names: Names): Json {
  if (Array.isArray(value)) return value.map((item) => renameValue(item, names));
  return isObject(value) ? renameObject(value, names) : value;
}

/** Lists what the ingest pipeline needs to know of the names. */
export function slimNames(properties: Properties): object {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { field = name, positions, type, properties: inner }]) => {
      const [first, ...below] = field.split('.');
      return [
        name,
        {
          field: first,
          below: below.length === 0 ? undefined : below,
          positions,
          properties: type === 'object' && inner !== undefined ? slimNames(inner) : undefined,
        },
      ];
    }),
  );
}

/** The functions of this file for the ingest pipeline. */
export const renamePainless = `
boolean isTaken(String name, Map names) {
  for (def known : names.values()) if (known.field == name) return true;
  return false;
}
Map keyByPosition(def value, int positions) {
  List items = value instanceof List ? (List) value : [value];
  Map keyed = new LinkedHashMap();
  for (int i = 0; i < items.size() && i < positions; ++i) keyed.put(String.valueOf(i), items.get(i));
  if (items.size() > positions) keyed.put(String.valueOf(positions - 1), new ArrayList(items.subList(positions - 1, items.size())));
  return keyed;
}
void putBelow(Map object, String first, List below, def value) {
  Map holder = object;
  String name = first;
  for (def next : below) {
    def inner = holder.get(name);
    if (!(inner instanceof Map)) { inner = new LinkedHashMap(); holder.put(name, inner); }
    holder = (Map) inner;
    name = (String) next;
  }
  holder.put(name, value);
}
def renameAll(def value, Map names) {
  if (value instanceof List) {
    List items = new ArrayList();
    for (def item : (List) value) items.add(renameAll(item, names));
    return items;
  }
  if (!(value instanceof Map)) return value;
  Map renamed = new LinkedHashMap();
  for (def entry : ((Map) value).entrySet()) {
    String name = (String) entry.getKey();
    def known = names.get(name);
    if (known == null) {
      if (!isTaken(name, names)) renamed.put(name, entry.getValue());
      continue;
    }
    def inner = known.properties == null ? entry.getValue() : renameAll(entry.getValue(), (Map) known.properties);
    def placed = known.positions == null ? inner : keyByPosition(inner, (int) known.positions);
    if (known.below == null) renamed.put(known.field, placed);
    else putBelow(renamed, (String) known.field, (List) known.below, placed);
  }
  return renamed;
}`;
