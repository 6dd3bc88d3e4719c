// Notes taken while a record is shaped: the values of the properties that rules read, the values that found no typed
// place, and the reasons.

import type { PropertyType } from '../definitions.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { recallLast, remember } from './remember.ts';
import { addTo, isEmpty, legalPath, type Notice, tame } from './tame.ts';

const mostRemembered = 2000;

/** The memory that shaping keeps from one record to the next. Each mapper has its own. */
export interface Memory {
  /** The number of records and bags that were looked through. */
  sightings: number;
  /** The key of a change: detection rules have underscores for dots and spaces. */
  readonly keyOf: (name: string) => string;
}

export function newMemory(): Memory {
  return {
    sightings: 0,
    keyOf: recallLast(remember(mostRemembered, (name) => name.replace(/[. ]/g, '_'))),
  };
}

/** The number of a record or bag that is about to be looked through. */
export function nextSighting(memory: Memory): number {
  memory.sightings += 1;
  return memory.sightings;
}

export interface Aside extends Notice {
  readonly memory: Memory;
  /** The numbers of the properties that are there (positions.ts), and the values beside them; where one comes twice, the last counts. */
  readonly numbers: number[];
  readonly values: Json[];
  /** True where JSON inside of text is to be parsed exactly. */
  readonly exactly: boolean;
  /** The values that found no typed place, by dotted path. */
  other: JsonObject | undefined;
  /** The reasons why values that should have a typed place have none. */
  unplaced: string[] | undefined;
  /** The names without a value in lists of names and values, by dotted path. */
  valueless: string[];
  /** The number of properties of all objects that were shaped. */
  names: number;
  /** The number of values that were put in place of others, or of nothing. */
  changes: number;
}

export function newAside(exactly: boolean, memory: Memory): Aside {
  return {
    memory,
    numbers: [],
    values: [],
    exactly,
    inexact: false,
    other: undefined,
    unplaced: undefined,
    valueless: [],
    names: 0,
    changes: 0,
  };
}

export function note(aside: Aside, number: number | undefined, value: Json): void {
  if (number === undefined) return;
  aside.numbers.push(number);
  aside.values.push(value);
}

export function putOther(aside: Aside, path: string, value: Json): void {
  aside.changes += 1;
  aside.other ??= {};
  addTo(aside.other, legalPath(path), value);
}

export function noteValueless({ valueless }: Aside, path: string): void {
  const legal = legalPath(path);
  if (!valueless.includes(legal)) valueless.push(legal);
}

export function putAside(aside: Aside, path: string, value: Json, expected: PropertyType): undefined {
  if (isEmpty(value) || (Array.isArray(value) && value.every(isEmpty))) return;
  putOther(aside, path, tame(value, aside));
  aside.unplaced ??= [];
  aside.unplaced.push(`${path}: ${kindOf(value)} in place of ${expected}`);
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}
