// From one line of text to a record, without ever throwing. Numbers that a double cannot hold come out as text,
// found by their looks before the parser rounds them.

import { isObject, type Json, type JsonObject } from './json.ts';

/** A record to be mapped: either `value`, or the `problem` that kept the text from being one. */
export interface ParsedRecord {
  /** Exactly as served. */
  readonly text: string;
  readonly value: JsonObject | undefined;
  /** Why the text is not a record, in one line. */
  readonly problem: string | undefined;
}

const perhapsTooPrecise = /\d{16}|\d[eE][+-]?\d{2}/;

/** Every string, so that digits inside of it are passed over, or a number. */
const stringOrNumber = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d[\d.eE+-]*/g;

export function parseRecord(text: string): ParsedRecord {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    return { text, value: undefined, problem: `not JSON: ${firstLine(error)}` };
  }
  if (isObject(value)) return { text, value, problem: undefined };
  return { text, value: undefined, problem: `JSON, but not an object: ${describe(value)}` };
}

/** `JSON.parse`, except that a number which would change on the way comes out as its own text. Throws as it does. */
export function parseJson(text: string): Json {
  return JSON.parse(perhapsTooPrecise.test(text) ? quoteUnsafeNumbers(text) : text);
}

function quoteUnsafeNumbers(text: string): string {
  return text.replace(stringOrNumber, (token) =>
    token.startsWith('"') || isSafe(token) ? token : `"${token}"`,
  );
}

const numberOfJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Fractions are measurements and may be rounded; whole numbers are identifiers or counts and may not. */
function isSafe(token: string): boolean {
  if (!numberOfJson.test(token)) return true; // Left as it is, for the parser to refuse.
  const number = Number(token);
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

function describe(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}

/** V8 quotes the input in its messages; a record is personal data and has no place in an error. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const quoted = message.search(/, ?"|\.\.\."|in JSON at|is not valid JSON/);
  return (quoted > 0 ? message.slice(0, quoted) : message).trim();
}
