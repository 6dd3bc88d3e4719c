// Cuts a list of names and values out of the text of a record, as most of them are: `[{"Name":"…","Value":"…"},…]`.

import { type Aside, nextSighting, note, noteValueless } from './aside.ts';
import { type Cursor, code } from './cursor.ts';
import type { Child, Place } from './shapers.ts';

const opening = '{"Name":"';
const between = '","Value":"';

type Pairs = NonNullable<Child['pairs']>;

/**
 * Passes the list at the cursor; returns the text of the object that it becomes. Undefined, and nothing passed, where
 * there is more to it: other keys, names that have no definition or come twice, values that are more than text.
 */
export function scanPairs(cursor: Cursor, pairs: Pairs, aside: Aside): string | undefined {
  const start = cursor.at;
  const known = aside.numbers.length;
  const valueless = aside.valueless.length;
  const entries = readEntries(cursor, pairs, aside);
  if (entries !== undefined) return `{${entries}}`;
  cursor.returnTo(start);
  aside.numbers.length = known;
  aside.values.length = known;
  aside.valueless.length = valueless;
  return undefined;
}

function readEntries(cursor: Cursor, pairs: Pairs, aside: Aside): string | undefined {
  const { text } = cursor;
  const sighting = nextSighting(aside.memory);
  let place: Place = pairs;
  let entries = '';
  do {
    cursor.at += 1;
    const entry = findEntry(cursor, pairs, place);
    if (entry === undefined || entry.lastSeen === sighting) return undefined;
    entry.lastSeen = sighting;
    const value = cursor.at + entry.pairLabel.length;
    const end = cursor.stringEnd(value);
    if (end < 0 || text.charCodeAt(end + 1) !== code.closeBrace) return undefined;
    if (end > value) {
      const written = entry.label + text.slice(value - 1, end + 1);
      entries = entries === '' ? written : `${entries},${written}`;
      if (cursor.escaped || entry.number !== undefined)
        note(aside, entry.number, cursor.content(value - 1, end));
    } else noteValueless(aside, entry.path);
    cursor.at = end + 2;
    place = entry;
  } while (text.charCodeAt(cursor.at) === code.comma);
  if (text.charCodeAt(cursor.at) !== code.close) return undefined;
  cursor.at += 1;
  return entries;
}

/** Finds the entry of the item at the cursor; undefined too where its value may be more than text. */
function findEntry(cursor: Cursor, { shapers }: Pairs, place: Place): Child | undefined {
  const { text, at } = cursor;
  if (place.next !== undefined && cursor.has(place.next.pairLabel, at)) return place.next;
  if (!text.startsWith(opening, at)) return undefined;
  const start = at + opening.length;
  const end = cursor.stringEnd(start);
  if (end < 0 || cursor.escaped || !text.startsWith(between, end)) return undefined;
  const entry = shapers.get(text.slice(start, end));
  if (entry === undefined || !entry.textual || entry.shared) return undefined;
  place.next = entry;
  return entry;
}
