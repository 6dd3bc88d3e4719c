// Gives every property of a record the type that its definition says, in place, so that no index can refuse it. What
// has no definition stays where it is and is copied to `other`; what does not fit its type moves there, with a reason.

import type { Property, PropertyType } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { parseJson } from '../parse-record.ts';
import { toIp } from '../verbs/address.ts';
import { toDate } from '../verbs/date.ts';
import { trimText } from '../verbs/keyword.ts';
import { toBoolean, toDouble, toLong } from '../verbs/number.ts';
import { addTo, isEmpty, isLegalName, legalPath, setOwn, tame } from './tame.ts';

/** Shapes a whole record in place. */
export type ShapeRecord = (record: JsonObject) => void;

/** What found no typed place, by dotted path, and why what should have had one did not. */
interface Aside {
  other: JsonObject | undefined;
  unplaced: string[] | undefined;
}

/** Returns what belongs in place of the value, undefined for nothing. `parent` takes the text of what is no object. */
type Shaper = (value: Json, aside: Aside, parent: JsonObject) => Json;

type Shapers = ReadonlyMap<string, Shaper>;

/** Names under `o365.audit` that are this project's, not Microsoft's. */
export const reservedNames: readonly string[] = ['other', 'unplaced'];

export function compileShape(properties: Readonly<Record<string, Property>>): ShapeRecord {
  const shapers = compileProperties(properties, '');
  return (record) => {
    const aside: Aside = { other: undefined, unplaced: undefined };
    shapeObject(record, shapers, '', aside);
    if (aside.other !== undefined) record.other = aside.other;
    if (aside.unplaced !== undefined) record.unplaced = aside.unplaced;
  };
}

function compileProperties(
  properties: Readonly<Record<string, Property>> | undefined,
  prefix: string,
): Shapers {
  const entries = Object.entries(properties ?? {});
  return new Map(entries.map(([name, property]) => [name, compileProperty(property, prefix + name, name)]));
}

function compileProperty({ type, properties }: Property, path: string, name: string): Shaper {
  const children = compileProperties(properties, `${path}.`);
  switch (type) {
    case 'object':
      return structured(type, path, name, (value, aside) => shapeObjects(value, children, path, aside));
    case 'pairs':
      return structured(type, path, name, (value, aside) => shapeBag(value, children, path, aside, addPair));
    case 'changes':
      return structured(type, path, name, (value, aside) =>
        shapeBag(value, children, path, aside, addChange),
      );
    case 'flattened':
      return structured(type, path, name, (value) => shapeFlattened(value));
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

function textual(type: PropertyType, path: string): Shaper {
  const shape = valued(type, path, fitScalar);
  return (value, aside, parent) => (typeof value === 'string' ? value : shape(value, aside, parent));
}

function valued(type: PropertyType, path: string, conform: Conform): Shaper {
  return (value, aside) => {
    const fitted = Array.isArray(value) ? fitList(value, conform) : conform(value);
    return fitted === undefined ? putAside(aside, path, value, type) : fitted;
  };
}

/** All of the list, or nothing: half a list would mislead. */
function fitList(list: Json[], conform: Conform): Json {
  const fitted: Json[] = [];
  for (const item of list) {
    if (isEmpty(item)) continue;
    const value = Array.isArray(item) ? fitList(item, conform) : conform(item);
    if (value === undefined) return undefined;
    fitted.push(value);
  }
  return fitted.length === 0 ? undefined : fitted;
}

// Structure -----------------------------------------------------------------------------------------------------

/** Undefined where the value has not the structure that was expected. */
type ShapeStructure = (value: Json, aside: Aside) => Json;

/** Text that holds JSON is opened; other text goes to a property beside this one. */
function structured(type: PropertyType, path: string, name: string, shape: ShapeStructure): Shaper {
  const textName = `${name}Text`;
  return (value, aside, parent) => {
    const opened = open(value);
    if (isEmpty(opened)) return undefined;
    if (!isText(opened)) return shape(opened, aside) ?? putAside(aside, path, opened, type);
    addTo(parent, textName, opened);
    return undefined;
  };
}

function open(value: Json): Json {
  if (typeof value === 'string') return openText(value);
  if (!Array.isArray(value) || typeof value[0] !== 'string') return value;
  return value.map((item) => (typeof item === 'string' ? openText(item) : item));
}

function openText(text: string): Json {
  const trimmed = trimText(text);
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return trimmed;
  try {
    return parseJson(trimmed);
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

function shapeFlattened(value: Json): Json {
  return objectsOf(value) === undefined ? undefined : tame(value);
}

function shapeObject(object: JsonObject, children: Shapers, path: string, aside: Aside): void {
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    const shaper = children.get(name);
    let shaped: Json;
    if (value === null || value === '') shaped = undefined;
    else if (shaper !== undefined) shaped = shaper(value, aside, object);
    else shaped = shapeUnknown(name, value, path, aside);
    if (shaped !== value) setOwn(object, name, shaped);
  }
}

/** Copied to `other`, and left in place where its name cannot be taken for a path or for a name of ours. */
function shapeUnknown(name: string, value: Json, path: string, aside: Aside): Json {
  if (isEmpty(value)) return undefined;
  const tamed = tame(value);
  putOther(aside, path === '' ? name : `${path}.${name}`, tamed);
  const ours = path === '' && reservedNames.includes(name);
  return isLegalName(name) && !name.includes('.') && !ours ? tamed : undefined;
}

// Bags ----------------------------------------------------------------------------------------------------------

type AddItem = (bag: JsonObject, name: string, item: JsonObject) => void;

/** A list of named items as one object keyed by name; an object without a name is such a bag already. */
function shapeBag(value: Json, children: Shapers, path: string, aside: Aside, add: AddItem): Json {
  const items = objectsOf(value);
  if (items === undefined) return undefined;
  const bag: JsonObject = {};
  for (const item of items) {
    const name = nameOf(item);
    if (name !== undefined) add(bag, name, item);
    else for (const key in item) if (!isEmpty(item[key])) addTo(bag, key, item[key]);
  }
  for (const name in bag) {
    const given = bag[name];
    const shaper = children.get(name);
    const shaped =
      shaper === undefined ? shapeUnknownEntry(name, given, path, aside) : shaper(given, aside, bag);
    if (shaped !== given) setOwn(bag, name, shaped);
  }
  return bag;
}

/** The keys of a bag may hold dots: the index takes them whole. */
function shapeUnknownEntry(name: string, value: Json, path: string, aside: Aside): Json {
  const tamed = tame(value);
  putOther(aside, `${path}.${name}`, tamed);
  return isLegalName(name) ? tamed : undefined;
}

function nameOf(item: JsonObject): string | undefined {
  const name = item.Name ?? item.Key ?? item.name ?? item.key;
  return typeof name === 'string' && trimText(name) !== '' ? name : undefined;
}

const isNameKey = (key: string) => key === 'Name' || key === 'Key' || key === 'name' || key === 'key';

/** What an item holds beside its value is kept under its name. */
const addPair: AddItem = (bag, name, item) => {
  for (const key in item) {
    const value = item[key];
    if (isNameKey(key) || isEmpty(value)) continue;
    if (key === 'Value' || key === 'value') addTo(bag, name, value);
    else addTo(bag, `${name}.${key}`, value);
  }
};

const addChange: AddItem = (bag, name, item) => {
  const change: JsonObject = {};
  for (const key in item) if (!isNameKey(key) && !isEmpty(item[key])) setOwn(change, key, item[key]);
  if (!isEmpty(change)) addTo(bag, name.replace(/[. ]/g, '_'), change);
};

// Aside ---------------------------------------------------------------------------------------------------------

function putOther(aside: Aside, path: string, value: Json): void {
  aside.other ??= {};
  addTo(aside.other, legalPath(path), value);
}

function putAside(aside: Aside, path: string, value: Json, expected: PropertyType): undefined {
  if (isEmpty(value) || (Array.isArray(value) && value.every(isEmpty))) return;
  putOther(aside, path, tame(value));
  aside.unplaced ??= [];
  aside.unplaced.push(`${path}: ${kindOf(value)} in place of ${expected}`);
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}
