// From one line of text to a record, without ever throwing. A number that a double cannot hold is noticed where the
// record is shaped, because looking for it beforehand costs half as much as parsing; `parseExactly` then keeps it.

import { isObject, type Json, type JsonObject } from './json/json.ts';

/** What tells which record it is. */
export interface RecordHead {
  /** Exactly as served. */
  readonly text: string;
  /** Why the text is not a record, in one line; undefined where it is one. */
  readonly problem: string | undefined;
  readonly id: Json;
  readonly organizationId: Json;
  readonly creationTime: Json;
  readonly recordType: Json;
}

/** `value` is undefined where there is a problem. */
export interface ParsedRecord extends RecordHead {
  readonly value: JsonObject | undefined;
}

export function parseRecord(text: string): ParsedRecord {
  try {
    return describe(text, JSON.parse(text));
  } catch (error) {
    return describe(text, undefined, `not JSON: ${firstLine(error)}`);
  }
}

function describe(text: string, value: Json, given?: string): ParsedRecord {
  const record: JsonObject = isObject(value) ? value : {};
  return {
    text,
    value: isObject(value) ? value : undefined,
    problem: given ?? (isObject(value) ? undefined : `JSON, but not an object: ${kindOf(value)}`),
    id: record.Id,
    organizationId: record.OrganizationId,
    creationTime: record.CreationTime,
    recordType: record.RecordType,
  };
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

/** What is no number of JSON's is left as it is, for the parser to refuse. */
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
