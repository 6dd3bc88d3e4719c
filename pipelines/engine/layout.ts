// The fields of a document while it is made: each has a number, given once for a plan, so that writing one is setting
// an item of a list. A section that many documents share, such as a user, is kept whole under one number.

import { findConverter } from '../converters/index.ts';
import type { Related, Rule } from '../definitions.ts';
import { isObject, type Json } from '../json/json.ts';

/** The values of one document, by the numbers of its fields. */
export type Slots = Json[];

export type ReadSlots = (slots: Slots) => Json;

/** Fields that every document has a number for, the same in all plans. */
export const fixed = {
  dataStream: 0,
  organizationId: 1,
  organizationName: 2,
  tags: 3,
  message: 4,
  code: 5,
  created: 6,
  outcome: 7,
  original: 8,
} as const;

const fixedPaths: readonly string[][] = [
  ['data_stream'],
  ['organization', 'id'],
  ['organization', 'name'],
  ['tags'],
  ['message'],
  ['event', 'code'],
  ['event', 'created'],
  ['event', 'outcome'],
  ['event', 'original'],
];

/** Every field that a rule may write, and every section that may be kept whole, has a number, the same in all plans. */
export interface FieldNumbers {
  readonly size: number;
  numberOf(path: readonly string[]): number | undefined;
  /** Returns the places where a field may be: a plan has it in one of them, or in none. */
  placesOf(path: readonly string[]): readonly Place[];
  /** Returns the numbers of the fields inside of a section. */
  numbersBelow(section: readonly string[]): readonly number[];
}

export interface Place {
  readonly slot: number;
  /** The path from there to the field, where the slot is that of a section which is kept whole. */
  readonly rest: readonly string[];
}

export function numberFields(rules: readonly Rule[], related: readonly Related[]): FieldNumbers {
  const paths = [...fixedPaths, ...rules.flatMap(possiblePaths), ...related.map(({ to }) => to)];
  const names = new Set(paths.map((path) => path.join('.')));
  const numbers = new Map([...names].map((name, i) => [name, i]));
  const numberOf = (path: readonly string[]) => numbers.get(path.join('.'));
  const numbersBelow = (section: readonly string[]) =>
    [...numbers].filter(([name]) => name.startsWith(`${section.join('.')}.`)).map(([, number]) => number);
  return { size: numbers.size, numberOf, numbersBelow, placesOf: findPlaces(numberOf, fieldsInside(rules)) };
}

/** The fields of one plan. */
export interface Layout {
  /** The number of a field, or of a section that this plan keeps whole; undefined where it writes no such thing. */
  numberOf(path: readonly string[]): number | undefined;
  /** A section that this plan keeps whole, and writes no field of by itself. */
  isWhole(path: readonly string[]): boolean;
  /** Every field, as a tree. */
  readonly fields: readonly FieldNode[];
}

/** A section may stand there twice, whole and by its fields: only one of them holds anything in the end. */
export interface FieldNode {
  readonly name: string;
  /** -1 for a section, which has children instead. */
  readonly slot: number;
  readonly children: readonly FieldNode[];
}

export function planLayout(
  rules: readonly Rule[],
  related: readonly Related[],
  numbers: FieldNumbers,
): Layout {
  const paths = new Map<string, readonly string[]>();
  for (const path of [...fixedPaths, ...writtenPaths(rules), ...related.map(({ to }) => to)]) {
    if (!paths.has(path.join('.'))) paths.set(path.join('.'), path);
  }
  const numberOf = (path: readonly string[]) =>
    paths.has(path.join('.')) ? numbers.numberOf(path) : undefined;
  const names = [...paths.keys()];
  const isWhole = (path: readonly string[]) =>
    numberOf(path) !== undefined && !names.some((name) => name.startsWith(`${path.join('.')}.`));
  return { numberOf, isWhole, fields: growTree([...paths.values()], [], numberOf) };
}

function growTree(
  paths: readonly (readonly string[])[],
  parent: readonly string[],
  numberOf: Layout['numberOf'],
): FieldNode[] {
  const below = paths.filter(
    (path) => path.length > parent.length && parent.every((name, i) => path[i] === name),
  );
  const names = [...new Set(below.flatMap((path) => path[parent.length] ?? []))];
  return names.flatMap((name) => {
    const path = [...parent, name];
    const slot = numberOf(path) ?? -1;
    const children = growTree(below, path, numberOf);
    const whole = { name, slot, children: [] };
    const section = { name, slot: -1, children };
    return [...(slot < 0 ? [] : [whole]), ...(children.length === 0 ? [] : [section])];
  });
}

/** Lists the paths that a rule may write: fields, or a section that may be kept whole and its fields. */
function possiblePaths({ to, converter }: Rule): (readonly string[])[] {
  const fills = findConverter(converter)?.fills ?? [];
  return to.flatMap(({ path }) => [path, ...fills.map((leaf) => [...path, leaf])]);
}

/** The fields that rules write; a section that only one converter fills stands for its fields. */
function writtenPaths(rules: readonly Rule[]): (readonly string[])[] {
  return rules.flatMap(({ to, converter }) =>
    to.flatMap(({ path, leaves, people }) => {
      const fills = findConverter(converter)?.fills;
      if (fills === undefined || isWhole(rules, path)) return [path];
      const inner = (leaves ?? fills).map((leaf) => [...path, leaf]);
      return people === true ? [path, ...inner] : inner;
    }),
  );
}

/** No rule writes fields at, above or below the section, and whatever fills it fills all of it. */
function isWhole(rules: readonly Rule[], section: readonly string[]): boolean {
  if (section.length === 0) return false;
  const name = `${section.join('.')}.`;
  for (const { to, converter } of rules) {
    const fills = findConverter(converter)?.fills !== undefined;
    for (const { path, leaves } of to) {
      const other = `${path.join('.')}.`;
      if (other === name && fills && leaves === undefined) continue;
      if (other.startsWith(name) || name.startsWith(other)) return false;
    }
  }
  return true;
}

/** Maps the name of each value that is kept whole to the fields that may be inside of it. */
function fieldsInside(rules: readonly Rule[]): ReadonlyMap<string, ReadonlySet<string>> {
  const inside = new Map<string, Set<string>>();
  for (const rule of rules) {
    const fields = fieldsMadeBy(rule);
    for (const { path } of fields.length === 0 ? [] : rule.to) {
      const name = path.join('.');
      inside.set(name, new Set([...(inside.get(name) ?? []), ...fields]));
    }
  }
  return inside;
}

function fieldsMadeBy({ converter, each }: Rule): string[] {
  const { fills = [], makes = [] } = findConverter(converter) ?? {};
  const inner = each?.flatMap((rule) => {
    const below = fieldsMadeBy(rule);
    if (below.length === 0) return rule.to.map(({ path }) => path.join('.'));
    return rule.to.flatMap(({ path }) => below.map((field) => [...path, field].join('.')));
  });
  return inner ?? [...fills, ...makes];
}

function findPlaces(
  numberOf: FieldNumbers['numberOf'],
  inside: ReadonlyMap<string, ReadonlySet<string>>,
): FieldNumbers['placesOf'] {
  return (path) => {
    const places: Place[] = [];
    for (let length = path.length; length > 0; length -= 1) {
      const slot = numberOf(path.slice(0, length));
      const rest = path.slice(length);
      const holds = rest.length === 0 || inside.get(path.slice(0, length).join('.'))?.has(rest.join('.'));
      if (slot !== undefined && holds === true) places.push({ slot, rest });
    }
    return places;
  };
}

/** Reads a field by itself, or inside of what is kept whole; undefined where nothing writes it. */
export function compileFieldRead(numbers: FieldNumbers, path: readonly string[]): ReadSlots | undefined {
  const places = numbers.placesOf(path);
  const [first, second] = places;
  if (first === undefined) return undefined;
  if (second === undefined) return (slots) => readPlace(slots, first);
  return (slots) => {
    for (const place of places) {
      const value = readPlace(slots, place);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

export function readPlace(slots: Slots, { slot, rest }: Place): Json {
  const value = slots[slot];
  if (value === undefined || rest.length === 0) return value;
  const [leaf = ''] = rest;
  return rest.length === 1 && isObject(value) ? value[leaf] : readBelow(value, rest);
}

/** A field of an object, or of each object of a list. */
function readBelow(value: Json, path: readonly string[]): Json {
  if (Array.isArray(value)) {
    const found = value.flatMap((item) => readBelow(item, path) ?? []);
    return found.length === 0 ? undefined : found;
  }
  const [name, ...rest] = path;
  if (name === undefined) return value;
  return isObject(value) ? readBelow(value[name], rest) : undefined;
}
