// Tells records that a policy leaves out, by their type, their operation or the kind of their user, from what the text of
// the record says and before anything is mapped. A text that is no record says none of it, and stays.

import { toKeyword } from './converters/keyword.ts';
import type { Dataset, PlainPath } from './dataset.ts';
import type { Definitions } from './definitions.ts';
import { compileUnify } from './engine/unify.ts';
import { isObject, type Json, type JsonObject } from './json/json.ts';
import { parseObject } from './parse-record.ts';
import type { RecordHead } from './record-head.ts';

/** A record of which one of these is true is left out. */
export interface Exclusions {
  /** Keys of record types, as the dataset's files name them. */
  readonly recordTypes: readonly (number | string)[];
  /** Operations in any case; `*` stands for any text. */
  readonly operations: readonly string[];
  /** Kinds of users, as records write them. */
  readonly userTypes: readonly string[];
}

export type IsExcluded = (record: RecordHead) => boolean;

/** Undefined where nothing is left out. */
export function compileExclusions(dataset: Dataset, exclusions: Exclusions): IsExcluded | undefined {
  const tests: IsExcluded[] = [];
  const { recordTypes, operations, userTypes } = exclusions;
  if (recordTypes.length > 0) {
    const keys = new Set(recordTypes);
    tests.push(({ type }) => type.key !== undefined && keys.has(type.key));
  }
  if (operations.length > 0) tests.push(compileOperations(operations));
  if (userTypes.length > 0 && dataset.userTypes) tests.push(compileUserTypes(dataset, userTypes));
  if (tests.length === 0) return undefined;
  return (record) => tests.some((test) => test(record));
}

function compileOperations(operations: readonly string[]): IsExcluded {
  const plain = operations.filter((each) => !each.includes('*'));
  const names = new Set(plain.map((each) => each.toLowerCase()));
  const patterns = operations.filter((each) => each.includes('*')).map(compilePattern);
  return ({ action }) => {
    const name = toKeyword(action)?.toLowerCase();
    return name !== undefined && (names.has(name) || patterns.some((matches) => matches(name)));
  };
}

/** It takes no longer than the name is long for each star, whatever the pattern. */
function compilePattern(pattern: string): (name: string) => boolean {
  const [first = '', ...others] = pattern.toLowerCase().split('*');
  const last = others.pop() ?? '';
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
      return false;
    let at = first.length;
    for (const part of others) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  };
}

/** A text without the name and one of the values is not parsed. One that has them may have them somewhere else. */
function compileUserTypes({ userTypes, envelope }: Dataset, excluded: readonly string[]): IsExcluded {
  const path = userTypes?.from ?? [];
  const values = new Set(excluded.map((each) => each.toLowerCase()));
  // All of them are words: names of a dataset's file, or digits.
  const hint = new RegExp(`"${path.at(-1)}"\\s*:\\s*"?\\s*(?:${[...values].join('|')})\\b`, 'i');
  const unify = compileUnify(envelope);
  return ({ text }) => {
    if (!hint.test(text)) return false;
    const { value } = parseObject(text);
    const found = value && toKeyword(readPath(unify(value), path));
    return found !== undefined && values.has(found.toLowerCase());
  };
}

function readPath(record: JsonObject, path: PlainPath): Json {
  let at: Json = record;
  for (const name of path) at = isObject(at) ? at[name] : undefined;
  return at;
}

/** Returns the key of a record type by its number or its name; undefined where the dataset does not know the name. */
export function findRecordType(
  { dataset, recordTypeNames }: Pick<Definitions, 'dataset' | 'recordTypeNames'>,
  text: string,
): number | string | undefined {
  const wanted = text.toLowerCase();
  const entry = Object.entries(recordTypeNames).find(
    ([key, name]) =>
      name.toLowerCase() === wanted || (dataset.selector === 'name' && key.toLowerCase() === wanted),
  );
  if (dataset.selector === 'number') {
    // Microsoft adds types by number before their names are known.
    if (/^\d+$/.test(text)) return Number(text);
    return entry && Number(entry[0]);
  }
  return entry?.[0];
}

/** Returns how records may write a kind of user: its number and its name. Undefined where the dataset does not know it. */
export function findUserType({ userTypes }: Dataset, text: string): readonly string[] | undefined {
  const wanted = text.toLowerCase();
  const entry = Object.entries(userTypes?.names ?? {}).find((each) =>
    each.some((word) => word.toLowerCase() === wanted),
  );
  return entry ?? (userTypes && /^\d+$/.test(text) ? [text] : undefined);
}
