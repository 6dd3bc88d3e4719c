// The JSON text of what comes again and again: a few words, and the objects that many documents share. Looking it up
// takes a quarter of the time of writing it.

import { isObject, type Json, type JsonObject } from '../json.ts';
import { copyOf, recallLast, remember } from './remember.ts';

const mostWords = 5000;

const words = remember(mostWords, (word) => copyOf(JSON.stringify(word)));

/** For one field of documents. */
export function compileQuote(): (word: string) => string {
  return recallLast(words);
}

/** Where an object keeps its own text. JSON does not see it. */
const written = Symbol('written');

interface Written extends JsonObject {
  [written]?: string;
}

/** The object is not to be changed afterwards. */
export function writeShared(value: Json): string {
  if (!isObject(value)) return JSON.stringify(value);
  const object: Written = value;
  object[written] ??= copyOf(JSON.stringify(value));
  return object[written];
}
