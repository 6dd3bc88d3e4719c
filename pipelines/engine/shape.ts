// Gives every property of a record the type that its definition says, so that no index can refuse it. What has no
// definition stays where it is and is copied to `other`; what does not fit its type moves there, with a reason.

import type { Definitions, Property, PropertyType } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { type Aside, note, putAside, putOther } from './aside.ts';
import { shapeChanges, shapePairs } from './bags.ts';
import { compileValue, isTextual } from './fit.ts';
import { isText, objectsOf, open } from './open.ts';
import type { Positions } from './positions.ts';
import { type Child, type Shaper, type Shapers, shapeChild } from './shapers.ts';
import { addTo, isEmpty, isLegalName, setOwn, tame } from './tame.ts';

/** Names beside the properties of a record that are this project's, not the vendor's. */
export const reservedNames: readonly string[] = ['other', 'unplaced', 'valueless'];

export function compileShapers({ properties }: Definitions, positions: Positions): Shapers {
  return compileProperties(withoutOurs(properties), '', positions);
}

/** Returns the properties that records can have: ours is no property of theirs. */
export function withoutOurs<Value>(properties: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !reservedNames.includes(name)));
}

function compileProperties(
  properties: Readonly<Record<string, Property>> | undefined,
  prefix: string,
  positions: Positions,
): Shapers {
  const children = new Map<string, Child>();
  for (const [name, property] of Object.entries(properties ?? {})) {
    const path = prefix + name;
    const inner = compileProperties(property.properties, `${path}.`, positions);
    children.set(name, {
      name,
      path,
      label: `${JSON.stringify(name)}:`,
      pairLabel: `{"Name":${JSON.stringify(name)},"Value":"`,
      shape: compileProperty(property.type, inner, path, name, positions),
      textual: isTextual(property.type),
      shared: name.endsWith('Text') && Object.hasOwn(properties ?? {}, name.slice(0, -4)),
      number: positions.numberOf(path),
      pairs: property.type === 'pairs' ? { shapers: inner, next: undefined } : undefined,
      next: undefined,
      lastSeen: 0,
    });
  }
  return children;
}

function compileProperty(
  type: PropertyType,
  children: Shapers,
  path: string,
  name: string,
  positions: Positions,
): Shaper {
  const structured = (shape: ShapeStructure) => compileStructure(shape, type, path, name, positions);
  switch (type) {
    case 'object':
      return structured((value, aside) => shapeObjects(value, children, path, aside));
    case 'pairs':
      return structured((value, aside) => shapePairs(value, children, path, aside));
    case 'changes':
      return structured((value, aside) => shapeChanges(value, children, path, aside));
    case 'flattened':
      return structured(shapeFlattened);
    default:
      return compileValue(type, path);
  }
}

/** Undefined where the value has not the structure that was expected. */
type ShapeStructure = (value: Json, aside: Aside) => Json;

/** Text that holds JSON is opened; other text goes to a property beside this one. */
function compileStructure(
  shape: ShapeStructure,
  type: PropertyType,
  path: string,
  name: string,
  positions: Positions,
): Shaper {
  const textName = `${name}Text`;
  const textNumber = positions.numberOf(`${path}Text`);
  return (value, aside, parent) => {
    const opened = open(value, aside.exactly);
    if (isEmpty(opened)) return undefined;
    if (!isText(opened)) return shape(opened, aside) ?? putAside(aside, path, opened, type);
    addTo(parent, textName, opened);
    note(aside, textNumber, parent[textName]);
    return undefined;
  };
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

/** Shapes an object in place. `path` is empty for the record itself. */
export function shapeObject(object: JsonObject, children: Shapers, path: string, aside: Aside): void {
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    const shaped = shapeEntry(object, name, value, children.get(name), path, aside);
    aside.names += 1;
    if (shaped === value) continue;
    aside.changes += 1;
    setOwn(object, name, shaped);
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
  if (child === undefined) return shapeUnknown(name, value, path, aside);
  const shaped = shapeChild(child, value, aside, object);
  if (shaped !== undefined) note(aside, child.number, shaped);
  return shaped;
}

/** Copied to `other`, and left in place where its name cannot be taken for a path or for a name of ours. */
export function shapeUnknown(name: string, value: Json, path: string, aside: Aside): Json {
  if (isEmpty(value)) return undefined;
  const tamed = tame(value, aside);
  putOther(aside, path === '' ? name : `${path}.${name}`, tamed);
  const ours = path === '' && reservedNames.includes(name);
  return isLegalName(name) && !name.includes('.') && !ours ? tamed : undefined;
}
