// Reads the head of every record: its Id, tenant, time and kind.

import type { Dataset, Head, HeadName, Places, PlainPath } from '../dataset.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';

/** The values of a record's head. */
export type HeadValues = { readonly [Name in HeadName]: Json };

export type ReadHead = (record: JsonObject) => HeadValues;

/** Reads from a record in the form in which it is kept. */
export function compileReadHead({ head }: Pick<Dataset, 'head'>): ReadHead {
  const [id, owner, time] = [compilePlaces(head.id), compilePlaces(head.owner), compilePlaces(head.time)];
  const [kind, action] = [compilePlaces(head.kind), compilePlaces(head.action)];
  const updated = compilePlaces(head.updated);
  const part = compilePart(head.part.map(compilePath));
  return (record) => ({
    id: id(record),
    owner: owner(record),
    time: time(record),
    kind: kind(record),
    action: action(record),
    updated: updated(record),
    part: part(record),
  });
}

/** Joins what stands at all of the paths, in lower case; undefined where there are none. */
export function compilePart<Source>(reads: readonly ((source: Source) => Json)[]): (source: Source) => Json {
  if (reads.length === 0) return () => undefined;
  return (source) =>
    reads
      .map((read) => read(source))
      .map((value) => (typeof value === 'string' ? value.toLowerCase() : ''))
      .join(':');
}

/** The names, in the order in which they are numbered. */
export const headNames = [
  'id',
  'owner',
  'time',
  'kind',
  'action',
  'updated',
  'part',
] as const satisfies HeadName[];

function compilePlaces(places: Places): (record: JsonObject) => Json {
  const reads = places.map(compilePath);
  return (record) => {
    for (const read of reads) {
      const value = read(record);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function compilePath([first = '', ...rest]: PlainPath): (record: JsonObject) => Json {
  if (rest.length === 0) return (record) => record[first];
  return (record) => {
    let value = record[first];
    for (const name of rest) value = isObject(value) ? value[name] : undefined;
    return value;
  };
}

/**
 * Writes an expression for the ingest pipeline that gives what stands there, null for nothing. `record` is a variable.
 */
export function writeHeadRead(places: Places, record: string): string {
  const [only] = places;
  if (only === undefined) return 'null';
  if (places.length === 1 && only.length === 1) return `${record}.get('${only[0]}')`;
  const lists = places.map((path) => `['${path.join("', '")}']`);
  return `firstOf(${record}, [${lists.join(', ')}])`;
}

/** Writes an expression that gives what `compilePart` gives, an empty text where there are no paths. */
export function writePart({ part }: Head, record: string): string {
  return part.map((path) => `partOf(firstOf(${record}, [['${path.join("', '")}']]))`).join(" + ':' + ");
}

/** The functions that `writeHeadRead` and `writePart` call, where they do. */
export function writeFirstOf(head: Head): string {
  const reads = Object.values(head).map((places) => writeHeadRead(places, 'record'));
  const hasPart = head.part.length > 0;
  const firstOf = hasPart || reads.some((read) => read.startsWith('firstOf')) ? firstOfPainless : '';
  return hasPart ? `${firstOf}${partOfPainless}` : firstOf;
}

const partOfPainless = `
String partOf(def value) {
  return value instanceof String ? ((String) value).toLowerCase() : '';
}`;

const firstOfPainless = `
def firstOf(Map record, List places) {
  for (def path : places) {
    def value = record;
    for (def name : (List) path) value = value instanceof Map ? ((Map) value).get(name) : null;
    if (value != null) return value;
  }
  return null;
}`;
