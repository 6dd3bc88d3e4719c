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
  return (record) => ({
    id: id(record),
    owner: owner(record),
    time: time(record),
    kind: kind(record),
    action: action(record),
    updated: updated(record),
  });
}

/** The names, in the order in which they are numbered. */
export const headNames = ['id', 'owner', 'time', 'kind', 'action', 'updated'] as const satisfies HeadName[];

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

/** The function that `writeHeadRead` calls, where it does. */
export function writeFirstOf(head: Head): string {
  const reads = Object.values(head).map((places) => writeHeadRead(places, 'record'));
  return reads.some((read) => read.startsWith('firstOf')) ? firstOfPainless : '';
}

const firstOfPainless = `
def firstOf(Map record, List places) {
  for (def path : places) {
    def value = record;
    for (def name : (List) path) value = value instanceof Map ? ((Map) value).get(name) : null;
    if (value != null) return value;
  }
  return null;
}`;
