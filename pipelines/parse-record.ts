// Parses one line of text as a record, without ever throwing. A number that a double cannot hold is noticed where the
// record is shaped, because looking for it beforehand costs half as much as parsing; `parseExactly` then keeps it.

import { isObject, type Json, type JsonObject } from './json/json.ts';

/** Either the object or the problem is undefined. */
export interface ParsedObject {
  readonly value: JsonObject | undefined;
  /** The reason why the text is no record, in one line. */
  readonly problem: string | undefined;
}

/** The object that a text holds, as it came, or why there is none. */
export function parseObject(text: string): ParsedObject {
  try {
    const value: Json = JSON.parse(text);
    if (isObject(value)) return { value, problem: undefined };
    return { value: undefined, problem: `JSON, but not an object: ${kindOf(value)}` };
  } catch (error) {
    return { value: undefined, problem: `not JSON: ${firstLine(error)}` };
  }
}

/** True of a number that may have been something else in the text: an id of twenty digits, or more than a double holds. */
export function isInexact(value: number): boolean {
  return Number.isInteger(value) ? !Number.isSafeInteger(value) : !Number.isFinite(value);
}

/** Every string, so that digits inside of it are passed over, or a number. */
const stringOrNumber = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** `JSON.parse`, except that a number which would change on the way comes out as its own text. Throws as it does. */
export function parseExactly(text: string): Json {
  return JSON.parse(
    text.replace(stringOrNumber, (token) => (token.startsWith('"') || isSafe(token) ? token : `"${token}"`)),
  );
}

const numberOfJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Tokens that are no number of JSON's are left as they are, for the parser to refuse. */
function isSafe(token: string): boolean {
  return !numberOfJson.test(token) || !isInexact(Number(token));
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}

/** V8 quotes the input in its messages; a record is personal data and has no place in an error. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const quoted = message.search(/, ?"|\.\.\."|in JSON at|is not valid JSON/);
  return (quoted > 0 ? message.slice(0, quoted) : message).trim();
}
