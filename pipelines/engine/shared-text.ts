// The JSON text of what comes again and again: a few words, and the objects that many documents share. Looking it up
// takes a quarter of the time of writing it.

import type { Json, JsonObject } from '../json.ts';
import { copyOf, recallLast, remember } from './remember.ts';

const mostWords = 5000;

const words = remember(mostWords, (word) => copyOf(JSON.stringify(word)));

/** For one field of documents. */
export function compileQuote(): (word: string) => string {
  return recallLast(words);
}

/** Where an object keeps its own text. JSON does not see it. */
const written = Symbol('written');

type Written = (JsonObject | Json[]) & { [written]?: string };

/** The object or list is not to be changed afterwards. */
export function writeShared(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object: Written = value;
  object[written] ??= copyOf(JSON.stringify(value));
  return object[written];
}
