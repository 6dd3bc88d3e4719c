// Gives every property of a record the type that its definition says, in place, so that no index can refuse it. What
// has no definition stays where it is and is copied to `other`; what does not fit its type moves there, with a reason.

import type { Definitions, Property, PropertyType } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { isInexact, parseExactly } from '../parse-record.ts';
import { toIp } from '../verbs/address.ts';
import { toDate } from '../verbs/date.ts';
import { trimText } from '../verbs/keyword.ts';
import { toBoolean, toDouble, toLong } from '../verbs/number.ts';
import { numberProperties, type Positions } from './positions.ts';
import { createMemory } from './remember.ts';
import {
  addTo,
  deepestLevelPainless,
  isEmpty,
  isLegalName,
  legalPath,
  longestPathPainless,
  type Notice,
  setOwn,
  tame,
} from './tame.ts';

/**
 * Shapes a whole record in place, and lists the properties that are there, by their positions among the definitions.
 * False when a number in it may not be what the text said: the text is then to be
 * parsed exactly and shaped again, with `exactly`.
 */
export type ShapeRecord = (record: JsonObject, present: number[], exactly: boolean) => boolean;

/** What found no typed place, by dotted path, and why what should have had one did not. */
interface Aside extends Notice {
  /** Positions of the properties that are there. */
  readonly present: number[];
  /** Whether JSON inside of text is to be parsed exactly. */
  readonly exactly: boolean;
  other: JsonObject | undefined;
  unplaced: string[] | undefined;
}

/** Returns what belongs in place of the value, undefined for nothing. `parent` takes the text of what is no object. */
type Shaper = (value: Json, aside: Aside, parent: JsonObject) => Json;

interface Child {
  readonly name: string;
  readonly shape: Shaper;
  /** Takes any text as it is. */
  readonly textual: boolean;
  /** Takes the text of the property beside it too. */
  readonly shared: boolean;
  /** See positions.ts; undefined further below. */
  readonly position: number | undefined;
  /** The number of the bag that it was put into last: cheaper than to look for it there. */
  lastBag: number;
}

type Shapers = ReadonlyMap<string, Child>;

/** Names under `o365.audit` that are this project's, not Microsoft's. */
export const reservedNames: readonly string[] = ['other', 'unplaced'];

export function compileShape(definitions: Definitions): ShapeRecord {
  const shapers = compileProperties(definitions.properties, '', numberProperties(definitions));
  return (record, present, exactly) => {
    const aside: Aside = { other: undefined, unplaced: undefined, inexact: false, exactly, present };
    shapeObject(record, shapers, '', aside);
    if (aside.other !== undefined) record.other = aside.other;
    if (aside.unplaced !== undefined) record.unplaced = aside.unplaced.sort();
    return !aside.inexact;
  };
}

function compileProperties(
  properties: Readonly<Record<string, Property>> | undefined,
  prefix: string,
  positions: Positions,
): Shapers {
  const children = new Map<string, Child>();
  for (const [name, property] of Object.entries(properties ?? {})) {
    const path = prefix + name;
    const shape = compileProperty(property, path, name, positions);
    children.set(name, {
      name,
      shape,
      textual: isTextual(property.type),
      shared: name.endsWith('Text') && Object.hasOwn(properties ?? {}, name.slice(0, -4)),
      position: positions.get(path),
      lastBag: 0,
    });
  }
  return children;
}

function compileProperty(
  { type, properties }: Property,
  path: string,
  name: string,
  positions: Positions,
): Shaper {
  const children = compileProperties(properties, `${path}.`, positions);
  switch (type) {
    case 'object':
      return structured(type, path, name, positions, (value, aside) =>
        shapeObjects(value, children, path, aside),
      );
    case 'pairs':
      return structured(type, path, name, positions, (value, aside) =>
        shapeBag(value, children, path, aside, addPair),
      );
    case 'changes':
      return structured(type, path, name, positions, (value, aside) =>
        shapeBag(value, children, path, aside, addChange),
      );
    case 'flattened':
      return structured(type, path, name, positions, shapeFlattened);
    case 'keyword':
    case 'text':
      return textual(type, path);
    default:
      return valued(type, path, fitters[type]);
  }
}

// Values --------------------------------------------------------------------------------------------------------

/** The value as its type wants it; undefined where it cannot be. */
type Conform = (value: Json) => Json;

const fitScalar: Conform = (value) => (typeof value === 'object' ? undefined : value);

const wholeNumberText = /^-?[1-9]\d{15,17}$/;

/** Whole numbers that a double cannot hold stay text: Elasticsearch reads them exactly. */
const fitLong: Conform = (value) => {
  if (typeof value === 'number') return Math.abs(value) < 2 ** 63 ? value : undefined;
  return toLong(value) ?? (typeof value === 'string' && wholeNumberText.test(value) ? value : undefined);
};

const fitters = { long: fitLong, double: toDouble, boolean: toBoolean, date: toDate, ip: toIp };

function isTextual(type: PropertyType): boolean {
  return type === 'keyword' || type === 'text';
}

function textual(type: PropertyType, path: string): Shaper {
  const shape = valued(type, path, fitScalar);
  return (value, aside, parent) => (typeof value === 'string' ? value : shape(value, aside, parent));
}

function valued(type: PropertyType, path: string, conform: Conform): Shaper {
  return (value, aside) => {
    const fitted = Array.isArray(value) ? fitList(value, conform, aside) : conform(value);
    return fitted === undefined ? putAside(aside, path, value, type) : fitted;
  };
}

/** All of the list, or nothing: half a list would mislead. */
function fitList(list: Json[], conform: Conform, notice: Notice): Json {
  const fitted: Json[] = [];
  for (const item of list) {
    if (isEmpty(item)) continue;
    if (typeof item === 'number' && isInexact(item)) notice.inexact = true;
    const value = Array.isArray(item) ? fitList(item, conform, notice) : conform(item);
    if (value === undefined) return undefined;
    fitted.push(value);
  }
  return fitted.length === 0 ? undefined : fitted;
}

// Structure -----------------------------------------------------------------------------------------------------

/** Undefined where the value has not the structure that was expected. */
type ShapeStructure = (value: Json, aside: Aside) => Json;

/** Text that holds JSON is opened; other text goes to a property beside this one. */
function structured(
  type: PropertyType,
  path: string,
  name: string,
  positions: Positions,
  shape: ShapeStructure,
): Shaper {
  const textName = `${name}Text`;
  const textPosition = positions.get(`${path}Text`);
  return (value, aside, parent) => {
    const opened = open(value, aside.exactly);
    if (isEmpty(opened)) return undefined;
    if (!isText(opened)) return shape(opened, aside) ?? putAside(aside, path, opened, type);
    addTo(parent, textName, opened);
    if (textPosition !== undefined) aside.present.push(textPosition);
    return undefined;
  };
}

function open(value: Json, exactly: boolean): Json {
  if (typeof value === 'string') return openText(value, exactly);
  if (!Array.isArray(value) || typeof value[0] !== 'string') return value;
  return value.map((item) => (typeof item === 'string' ? openText(item, exactly) : item));
}

function openText(text: string, exactly: boolean): Json {
  const trimmed = trimText(text);
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return trimmed;
  try {
    return exactly ? parseExactly(trimmed) : JSON.parse(trimmed);
  } catch {
    return trimmed;
  }
}

function isText(value: Json): boolean {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}

/** The objects of a value, lists of lists as one; undefined where anything in it is neither object nor empty. */
function objectsOf(value: Json, levels = 4): JsonObject[] | undefined {
  if (isObject(value)) return [value];
  if (!Array.isArray(value) || levels === 0) return undefined;
  if (value.every(isObject)) return value;
  const objects: JsonObject[] = [];
  for (const item of value) {
    const inner = objectsOf(item, levels - 1);
    if (inner !== undefined) objects.push(...inner);
    else if (!isEmpty(item)) return undefined;
  }
  return objects;
}

function shapeObjects(value: Json, children: Shapers, path: string, aside: Aside): Json {
  const objects = objectsOf(value);
  if (objects === undefined) return undefined;
  for (const object of objects) shapeObject(object, children, path, aside);
  return isObject(value) ? value : objects;
}

/** The objects alone: one empty text among them, and the whole document would be refused. */
function shapeFlattened(value: Json, aside: Aside): Json {
  const objects = objectsOf(value);
  return objects === undefined ? undefined : tame(isObject(value) ? value : objects, aside);
}

function shapeObject(object: JsonObject, children: Shapers, path: string, aside: Aside): void {
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    const shaped = shapeEntry(object, name, value, children.get(name), path, aside);
    if (shaped !== value) setOwn(object, name, shaped);
  }
}

function shapeEntry(
  object: JsonObject,
  name: string,
  value: Json,
  child: Child | undefined,
  path: string,
  aside: Aside,
): Json {
  if (value === null || value === '') return undefined;
  if (typeof value === 'number' && isInexact(value)) aside.inexact = true;
  if (child === undefined) return shapeUnknown(name, value, path, aside);
  const shaped = child.textual && typeof value === 'string' ? value : child.shape(value, aside, object);
  if (shaped !== undefined && child.position !== undefined) aside.present.push(child.position);
  return shaped;
}

/** Copied to `other`, and left in place where its name cannot be taken for a path or for a name of ours. */
function shapeUnknown(name: string, value: Json, path: string, aside: Aside): Json {
  if (isEmpty(value)) return undefined;
  const tamed = tame(value, aside);
  putOther(aside, path === '' ? name : `${path}.${name}`, tamed);
  const ours = path === '' && reservedNames.includes(name);
  return isLegalName(name) && !name.includes('.') && !ours ? tamed : undefined;
}

// Bags ----------------------------------------------------------------------------------------------------------

/** Where the entries of a bag go, and how each is shaped. */
interface Bag {
  readonly entries: JsonObject;
  readonly children: Shapers;
  readonly path: string;
  readonly aside: Aside;
  readonly number: number;
}

let bags = 0;

type AddItem = (bag: Bag, name: string, item: JsonObject) => void;

/** A list of named items as one object keyed by name; an object without a name is such a bag already. */
function shapeBag(value: Json, children: Shapers, path: string, aside: Aside, add: AddItem): Json {
  const items = objectsOf(value);
  if (items === undefined) return undefined;
  bags += 1;
  const bag: Bag = { entries: {}, children, path, aside, number: bags };
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) add(bag, name, item);
    else for (const key in item) if (!isEmpty(item[key])) addEntry(bag, key, item[key]);
  }
  return bag.entries;
}

function addEntry({ entries, children, path, aside, number }: Bag, given: string, value: Json): void {
  const child = children.get(given);
  if (child === undefined) {
    const unknown = shapeUnknownEntry(given, value, path, aside);
    if (unknown !== undefined) addTo(entries, given, unknown);
    return;
  }
  // A name out of a value is slow as a key each time; the definition's own is ready to be one.
  const { name, position } = child;
  if (typeof value === 'number' && isInexact(value)) aside.inexact = true;
  const shaped = child.textual && typeof value === 'string' ? value : child.shape(value, aside, entries);
  if (shaped === undefined) return;
  if (position !== undefined) aside.present.push(position);
  if (child.shared || child.lastBag === number) addTo(entries, name, shaped);
  else entries[name] = shaped;
  child.lastBag = number;
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

/** What an item holds beside its value is kept under its name. */
const addPair: AddItem = (bag, name, item) => {
  let keys = 0;
  for (const _ in item) keys += 1;
  const { Value } = item;
  if (keys === 2 && typeof Value === 'string') {
    if (Value !== '') addEntry(bag, name, Value);
    return;
  }
  for (const key in item) {
    const value = item[key];
    if (value === '' || isNameKey(key) || isEmpty(value)) continue;
    addEntry(bag, key === 'Value' || key === 'value' ? name : `${name}.${key}`, value);
  }
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
  const key = keyOf(name);
  if (!empty) addEntry(bag, key, change);
  else if (bag.entries[key] === undefined) setOwn(bag.entries, key, change);
};

const mostRemembered = 2000;
const keys = createMemory<string>(mostRemembered);

/** Dots and spaces become underscores, as detection rules have them. */
function keyOf(name: string): string {
  let key = keys.get(name);
  if (key === undefined) {
    key = name.replace(/[. ]/g, '_');
    keys.set(name, key);
  }
  return key;
}

// Aside ---------------------------------------------------------------------------------------------------------

function putOther(aside: Aside, path: string, value: Json): void {
  aside.other ??= {};
  addTo(aside.other, legalPath(path), value);
}

function putAside(aside: Aside, path: string, value: Json, expected: PropertyType): undefined {
  if (isEmpty(value) || (Array.isArray(value) && value.every(isEmpty))) return;
  putOther(aside, path, tame(value, aside));
  aside.unplaced ??= [];
  aside.unplaced.push(`${path}: ${kindOf(value)} in place of ${expected}`);
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}

/** The functions of this file for the ingest pipeline. Definitions arrive as a map of name to type and properties. */
export const shapePainless = `
void putOther(Map aside, String path, def value) {
  if (aside.get('other') == null) aside.put('other', new LinkedHashMap());
  addTo((Map) aside.get('other'), legalName(path, ${longestPathPainless}), value);
}
String kindOf(def value) {
  if (value instanceof List) return 'list';
  if (value instanceof String) return 'text';
  if (value instanceof Number) return 'number';
  return value instanceof Boolean ? 'boolean' : 'object';
}
void putAside(Map aside, String path, def value, String expected) {
  if (isEmpty(value)) return;
  if (value instanceof List) {
    boolean empty = true;
    for (def item : (List) value) if (!isEmpty(item)) empty = false;
    if (empty) return;
  }
  putOther(aside, path, tame(value, ${deepestLevelPainless}));
  if (aside.get('unplaced') == null) aside.put('unplaced', new ArrayList());
  ((List) aside.get('unplaced')).add(path + ': ' + kindOf(value) + ' in place of ' + expected);
}
def conform(String type, def value) {
  if (value instanceof Map) return null;
  if (type == 'keyword' || type == 'text') return value;
  if (type == 'double') return toDouble(value, null);
  if (type == 'boolean') return toBoolean(value, null);
  if (type == 'date') return toDate(value, null);
  if (type == 'ip') return toIp(value, null);
  if (value instanceof Number) return Math.abs(((Number) value).doubleValue()) < 9.223372036854775807E18 ? value : null;
  def number = toLong(value, null);
  if (number != null) return number;
  return value instanceof String && /-?[1-9][0-9]{15,17}/.matcher((String) value).matches() ? value : null;
}
def conformAll(String type, def value) {
  if (!(value instanceof List)) return conform(type, value);
  List fitted = new ArrayList();
  for (def item : (List) value) {
    if (isEmpty(item)) continue;
    def one = conformAll(type, item);
    if (one == null) return null;
    fitted.add(one);
  }
  return fitted.isEmpty() ? null : fitted;
}
def openText(String text) {
  String trimmed = text.trim();
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return trimmed;
  try { return parseJson(trimmed); } catch (Exception e) { return trimmed; }
}
def open(def value) {
  if (value instanceof String) return openText((String) value);
  if (!(value instanceof List) || ((List) value).isEmpty() || !(((List) value).get(0) instanceof String)) return value;
  List opened = new ArrayList();
  for (def item : (List) value) opened.add(item instanceof String ? openText((String) item) : item);
  return opened;
}
boolean isText(def value) {
  if (value instanceof String) return true;
  if (!(value instanceof List)) return false;
  for (def item : (List) value) if (!(item instanceof String)) return false;
  return true;
}
List objectsOf(def value, int levels) {
  if (value instanceof Map) return [value];
  if (!(value instanceof List) || levels == 0) return null;
  List objects = new ArrayList();
  for (def item : (List) value) {
    List inner = objectsOf(item, levels - 1);
    if (inner != null) objects.addAll(inner); else if (!isEmpty(item)) return null;
  }
  return objects;
}
def shapeUnknown(String name, def value, String path, Map aside) {
  if (isEmpty(value)) return null;
  def tamed = tame(value, ${deepestLevelPainless});
  putOther(aside, path.isEmpty() ? name : path + '.' + name, tamed);
  boolean ours = path.isEmpty() && ['${reservedNames.join("', '")}'].contains(name);
  return isLegalName(name) && name.indexOf('.') < 0 && !ours ? tamed : null;
}
String nameOfItem(Map item) {
  def name = item.get('Name');
  if (name == null) name = item.get('Key');
  if (name == null) name = item.get('name');
  if (name == null) name = item.get('key');
  return name instanceof String && !((String) name).trim().isEmpty() ? (String) name : null;
}
void addEntry(Map bag, String name, def value, Map children, String path, Map aside) {
  def child = children.get(name);
  def shaped;
  if (child == null) {
    shaped = tame(value, ${deepestLevelPainless});
    putOther(aside, path + '.' + name, shaped);
    if (!isLegalName(name)) return;
  } else shaped = shapeProperty((Map) child, name, value, path, aside, bag);
  if (shaped != null) addTo(bag, name, shaped);
}
Map shapeBag(List items, Map children, String path, Map aside, boolean changes) {
  Map bag = new LinkedHashMap();
  for (def given : items) {
    Map item = (Map) given;
    String name = nameOfItem(item);
    if (name == null) {
      for (def entry : item.entrySet()) {
        if (!isEmpty(entry.getValue())) addEntry(bag, (String) entry.getKey(), entry.getValue(), children, path, aside);
      }
      continue;
    }
    Map change = new LinkedHashMap();
    for (def entry : item.entrySet()) {
      String key = (String) entry.getKey();
      if (key == 'Name' || key == 'Key' || key == 'name' || key == 'key' || isEmpty(entry.getValue())) continue;
      if (changes) change.put(key, entry.getValue());
      else addEntry(bag, key == 'Value' || key == 'value' ? name : name + '.' + key, entry.getValue(), children, path, aside);
    }
    if (!changes) continue;
    String changed = name.replace('.', '_').replace(' ', '_');
    if (!change.isEmpty()) addEntry(bag, changed, change, children, path, aside);
    else if (bag.get(changed) == null) bag.put(changed, change);
  }
  return bag;
}
def shapeProperty(Map property, String name, def value, String path, Map aside, Map parent) {
  String type = (String) property.get('type');
  String full = path.isEmpty() ? name : path + '.' + name;
  if (type != 'object' && type != 'pairs' && type != 'changes' && type != 'flattened') {
    def fitted = conformAll(type, value);
    if (fitted == null) putAside(aside, full, value, type);
    return fitted;
  }
  def opened = open(value);
  if (isEmpty(opened)) return null;
  if (isText(opened)) {
    addTo(parent, name + 'Text', opened);
    return null;
  }
  List objects = objectsOf(opened, 4);
  if (objects == null) {
    putAside(aside, full, opened, type);
    return null;
  }
  if (type == 'flattened') return tame(opened instanceof Map ? opened : (def) objects, ${deepestLevelPainless});
  Map children = property.get('properties') == null ? new HashMap() : (Map) property.get('properties');
  if (type != 'object') return shapeBag(objects, children, full, aside, type == 'changes');
  for (def object : objects) shapeObject((Map) object, children, full, aside);
  return opened instanceof Map ? opened : (def) objects;
}
void shapeObject(Map object, Map children, String path, Map aside) {
  for (def key : new ArrayList(object.keySet())) {
    String name = (String) key;
    def value = object.get(name);
    def shaped = null;
    if (value != null && value != '') {
      def child = children.get(name);
      shaped = child == null ? shapeUnknown(name, value, path, aside) : shapeProperty((Map) child, name, value, path, aside, object);
    }
    if (shaped == null) object.remove(name); else object.put(name, shaped);
  }
}`;
