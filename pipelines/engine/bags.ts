// Lists of named items as one object, keyed by their names: settings, or changes of them.

import { trimText } from '../converters/keyword.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { type Aside, nextSighting, note, noteValueless, putOther } from './aside.ts';
import { objectsOf } from './open.ts';
import { type Shapers, shapeChild } from './shapers.ts';
import { addTo, isEmpty, isLegalName, setOwn, tame } from './tame.ts';

/** The place where the entries of a bag go, and how each is shaped. */
interface Bag {
  readonly entries: JsonObject;
  readonly children: Shapers;
  readonly path: string;
  readonly aside: Aside;
  /** The sighting of its entries, see `Child`. */
  readonly sighting: number;
}

type AddItem = (bag: Bag, name: string, item: JsonObject) => void;

/** Undefined where the value is no list of objects. */
export function shapePairs(value: Json, children: Shapers, path: string, aside: Aside): Json {
  return shapeBag(value, children, path, aside, addPair);
}

/** Works as `shapePairs`; the keys are the names with underscores for dots and spaces. */
export function shapeChanges(value: Json, children: Shapers, path: string, aside: Aside): Json {
  return shapeBag(value, children, path, aside, addChange);
}

/** A list of named items as one object keyed by name; an object without a name is such a bag already. */
function shapeBag(value: Json, children: Shapers, path: string, aside: Aside, add: AddItem): Json {
  const items = objectsOf(value);
  if (items === undefined) return undefined;
  const bag: Bag = { entries: {}, children, path, aside, sighting: nextSighting(aside.memory) };
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) add(bag, name, item);
    else addMembers(bag, item);
  }
  return bag.entries;
}

/** Adds the members of an object without a name. */
function addMembers(bag: Bag, item: JsonObject): void {
  for (const key in item) {
    const value = item[key];
    if (value === undefined) continue;
    if (!isEmpty(value)) addEntry(bag, key, value);
    else if (!isNameKey(key) && !isValueKey(key)) noteValueless(bag.aside, `${bag.path}.${key}`);
  }
}

function addEntry({ entries, children, path, aside, sighting }: Bag, given: string, value: Json): void {
  const child = children.get(given);
  if (child === undefined) {
    const unknown = shapeUnknownEntry(given, value, path, aside);
    if (unknown !== undefined) addTo(entries, given, unknown);
    return;
  }
  // A name out of a value is slow as a key each time; the definition's own is ready to be one.
  const { name } = child;
  const shaped = shapeChild(child, value, aside, entries);
  if (shaped === undefined) return;
  if (child.shared || child.lastSeen === sighting) addTo(entries, name, shaped);
  else entries[name] = shaped;
  child.lastSeen = sighting;
  note(aside, child.number, entries[name]);
}

/** The keys of a bag may hold dots: the index takes them whole. */
function shapeUnknownEntry(name: string, value: Json, path: string, aside: Aside): Json {
  const tamed = tame(value, aside);
  putOther(aside, `${path}.${name}`, tamed);
  return isLegalName(name) ? tamed : undefined;
}

function nameOf(item: JsonObject): string | undefined {
  const name = item.Name ?? item.Key ?? item.name ?? item.key;
  return typeof name === 'string' && (name.charCodeAt(0) > 32 || trimText(name) !== '') ? name : undefined;
}

function isNameKey(key: string): boolean {
  return key === 'Name' || key === 'Key' || key === 'name' || key === 'key';
}

function isValueKey(key: string): boolean {
  return key === 'Value' || key === 'value';
}

/** Values that an item holds beside its value are kept under its name; a name alone says that there is no value. */
const addPair: AddItem = (bag, name, item) => {
  let keys = 0;
  for (const _ in item) keys += 1;
  const { Value } = item;
  if (keys === 2 && typeof Value === 'string') {
    if (Value !== '') addEntry(bag, name, Value);
    else noteValueless(bag.aside, `${bag.path}.${name}`);
    return;
  }
  let empty = true;
  for (const key in item) {
    const value = item[key];
    if (value === '' || isNameKey(key) || isEmpty(value)) continue;
    addEntry(bag, isValueKey(key) ? name : `${name}.${key}`, value);
    empty = false;
  }
  if (empty) noteValueless(bag.aside, `${bag.path}.${name}`);
};

/** A change without values is kept too: that the property changed is something. */
const addChange: AddItem = (bag, name, item) => {
  const change: JsonObject = {};
  let empty = true;
  for (const key in item) {
    const value = item[key];
    if (value === '' || isNameKey(key) || isEmpty(value)) continue;
    setOwn(change, key, value);
    empty = false;
  }
  const key = bag.aside.memory.keyOf(name);
  if (!empty) addEntry(bag, key, change);
  else if (bag.entries[key] === undefined) setOwn(bag.entries, key, change);
};
