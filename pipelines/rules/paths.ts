// Reads values out of records; for the ingest pipeline, it writes them into documents too.

import type { Path, Step } from '../definitions.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';

/** One value, or a list of them; undefined for none. */
export type Read<Source> = (source: Source) => Json;

export type CompileRead<Source> = (path: Path) => Read<Source>;

/** Reads a path from an object. */
export const compileRead: CompileRead<JsonObject> = (path) => {
  const [first] = path;
  if (first === undefined) return () => undefined;
  const { name } = first;
  return compileReadOf(path, (object) => object[name]);
};

/** `start` finds the value that the first step of the path names. */
export function compileReadOf<Source>(path: Path, start: Read<Source>): Read<Source> {
  const [first, second, third] = path;
  if (first === undefined) return () => undefined;
  const { where } = first;
  if (where === undefined && second === undefined) return start;
  if (second?.where === undefined && second !== undefined && third === undefined) {
    if (where === undefined) return readInside(start, second.name, path);
    return readSelected(start, where, second.name);
  }
  if (path.every((step) => step.where === undefined)) return readThrough(start, path);
  return (source) => collect(start(source), path);
}

/** `ModifiedProperties.Mail.NewValue`: nearly always objects all the way. */
function readThrough<Source>(start: Read<Source>, path: Path): Read<Source> {
  const names = path.slice(1).map(({ name }) => name);
  return (source) => {
    const whole = start(source);
    let value = whole;
    for (const name of names) {
      if (!isObject(value)) return value === undefined ? undefined : collect(whole, path);
      value = value[name];
    }
    return value;
  };
}

/** `Item.Subject`. */
function readInside<Source>(start: Read<Source>, inner: string, path: Path): Read<Source> {
  return (source) => {
    const value = start(source);
    if (value === undefined) return undefined;
    return isObject(value) ? value[inner] : collect(value, path);
  };
}

/** `Target[Type=5].ID`: nearly always one item, so nothing is collected for it. */
function readSelected<Source>(start: Read<Source>, where: Where, inner: string): Read<Source> {
  const isChosen = compileChoice(where);
  return (source) => {
    const list = start(source);
    if (!Array.isArray(list)) return isChosen(list) ? list[inner] : undefined;
    let found: Json;
    for (const item of list) {
      if (!isChosen(item)) continue;
      const value = item[inner];
      if (value !== undefined && value !== null) found = found === undefined ? value : [found, value].flat();
    }
    return found;
  };
}

/** `value` is what the first step names. */
function collect(value: Json, path: Path): Json {
  const found: Json[] = [];
  walk(value, path, 0, found);
  return found.length === 0 ? undefined : found;
}

/** `value` is what the step names. */
function walk(value: Json, path: Path, at: number, found: Json[]): void {
  const where = path[at]?.where;
  descend(where === undefined ? value : select(value, where), path, at + 1, found);
}

function descend(value: Json, path: Path, at: number, found: Json[]): void {
  if (Array.isArray(value)) {
    for (const item of value) descend(item, path, at, found);
    return;
  }
  const step = path[at];
  if (step === undefined) {
    if (value !== undefined && value !== null) found.push(value);
  } else if (isObject(value)) walk(value[step.name], path, at, found);
}

function select(value: Json, where: Where): Json {
  const items = Array.isArray(value) ? value : [value];
  return items.filter(compileChoice(where));
}

type Where = NonNullable<Step['where']>;

/** The value of the key as text, without making the text of a number each time. */
function compileChoice({ key, value: wanted, not }: Where): (item: Json) => item is JsonObject {
  const number = String(Number(wanted)) === wanted ? Number(wanted) : Number.NaN;
  const word = wanted.toLowerCase();
  const isSame = (value: Json) =>
    value === wanted ||
    value === number ||
    (typeof value === 'string' && value.length === word.length && value.toLowerCase() === word) ||
    (typeof value === 'boolean' && String(value) === word);
  return (item): item is JsonObject => {
    if (!isObject(item)) return false;
    const value = item[key];
    if (value === undefined || value === null || value === '') return wanted === '' && not === undefined;
    return isSame(value) !== (not === true);
  };
}
