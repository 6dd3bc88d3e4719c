// Shapes the properties of an object, each by its name.

import type { Json, JsonObject } from '../json/json.ts';
import { isInexact } from '../parse-record.ts';
import type { Aside } from './aside.ts';

/** Returns what belongs in place of the value, undefined for nothing. `parent` takes the text of what is no object. */
export type Shaper = (value: Json, aside: Aside, parent: JsonObject) => Json;

/** A place among the properties of an object. */
export interface Place {
  /** The child that came after it last time, and so probably will again. */
  next: Child | undefined;
}

export interface Child extends Place {
  readonly name: string;
  /** Dotted, from the record. */
  readonly path: string;
  /** The label as it stands in JSON before the value: `"Name":`. */
  readonly label: string;
  /** The label as it stands in a list of pairs before the value: `{"Name":"…","Value":"`. */
  readonly pairLabel: string;
  readonly shape: Shaper;
  /** Takes any text as it is. */
  readonly textual: boolean;
  /** Takes the text of the property beside it too. */
  readonly shared: boolean;
  /** See positions.ts; undefined where nothing reads it. */
  readonly number: number | undefined;
  /** The shapers of the entries of a bag of pairs, and the place before the first. */
  readonly pairs: (Place & { readonly shapers: Shapers }) | undefined;
  /** The record or bag that it was seen in last (`nextSighting`): cheaper than to look for it there. */
  lastSeen: number;
}

export type Shapers = ReadonlyMap<string, Child>;

/** Shapes a value by its definition. Most values are text that is taken as it is. */
export function shapeChild(child: Child, value: Json, aside: Aside, parent: JsonObject): Json {
  if (child.textual && typeof value === 'string') return value;
  if (typeof value === 'number' && isInexact(value)) aside.inexact = true;
  return child.shape(value, aside, parent);
}
