// Gives properties that an envelope calls otherwise the names that they have in a record by itself.

import type { SpelledObject } from '../dataset.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { setOwn } from './tame.ts';

export type Spell = (record: JsonObject) => JsonObject;

/** The record is not changed itself. A property stays as it is where its object has one of the other name too. */
export function compileSpell(objects: readonly SpelledObject[] = []): Spell {
  const compiled = objects.map(({ path, names }) => ({ path, names: new Map(Object.entries(names)) }));
  return (record) => compiled.reduce((spelled, { path, names }) => spellAt(spelled, path, names), record);
}

/** The way back: from a record by itself to what an envelope has. */
export function turnRound(objects: readonly SpelledObject[] = []): readonly SpelledObject[] {
  return objects.map(({ path, names }) => ({
    path,
    names: Object.fromEntries(Object.entries(names).map(([there, here]) => [here, there])),
  }));
}

function spellAt(
  object: JsonObject,
  [name, ...rest]: readonly string[],
  names: ReadonlyMap<string, string>,
): JsonObject {
  if (name === undefined) return spellNames(object, names);
  const inner = object[name];
  if (!isObject(inner)) return object;
  const copy = { ...object };
  setOwn(copy, name, spellAt(inner, rest, names));
  return copy;
}

function spellNames(object: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  const spelled: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const other = names.get(name);
    setOwn(spelled, other === undefined || Object.hasOwn(object, other) ? name : other, value);
  }
  return spelled;
}

/** `compileSpell` for the ingest pipeline. */
export const spellPainless = `
Map spellAt(Map object, List path, int depth, Map names) {
  Map spelled = new LinkedHashMap();
  if (depth == path.size()) {
    for (def entry : object.entrySet()) {
      def other = names.get(entry.getKey());
      spelled.put(other == null || object.containsKey(other) ? entry.getKey() : other, entry.getValue());
    }
    return spelled;
  }
  spelled.putAll(object);
  def inner = object.get(path.get(depth));
  if (inner instanceof Map) spelled.put(path.get(depth), spellAt((Map) inner, path, depth + 1, names));
  return spelled;
}
Map spell(Map record, List objects) {
  Map spelled = record;
  for (def one : objects) spelled = spellAt(spelled, (List) one.path, 0, (Map) one.names);
  return spelled;
}`;
