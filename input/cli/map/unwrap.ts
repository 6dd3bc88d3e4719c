// Unwraps audit records from their exports: rows of a search with the record in a column, pages of Graph and content
// blobs with a list of records, records written as JSON text.

import { isObject, type Json } from '../../../pipelines/json/json.ts';
import { parseExactly } from '../../../pipelines/parse-record.ts';

/** Keys under which rows of Search-UnifiedAuditLog, of the portal's export and of Graph have the record. */
const recordName = /^auditdata$/i;
/** Keys under which pages of Graph and messages of Event Hubs have their list. */
const listNames = ['value', 'records'];
/** No export nests a record deeper than this. */
const deepest = 5;

/**
 * Returns the texts of the records in a text, in order; the text itself where nothing stands around it, or it is not
 * JSON.
 */
export function unwrapRecords(text: string): string[] {
  const value = parseOrNothing(text);
  return value === undefined ? [text] : unwrap(value, text, deepest);
}

function unwrap(value: Json, text: string, depth: number): string[] {
  if (depth === 0) return [text];
  const unwrapEach = (items: readonly Json[]) =>
    items.flatMap((item) => unwrap(item, JSON.stringify(item), depth - 1));
  if (typeof value === 'string') {
    const inner = parseOrNothing(value);
    return isObject(inner) || Array.isArray(inner) ? unwrap(inner, value, depth - 1) : [text];
  }
  if (Array.isArray(value)) return unwrapEach(value);
  if (!isObject(value)) return [text];
  const record = Object.entries(value).find(([name, each]) => recordName.test(name) && holdsRecord(each));
  if (record) return unwrapEach([record[1]]);
  if (value.CreationTime !== undefined) return [text];
  const list = listNames.map((name) => value[name]).find((each) => Array.isArray(each));
  return Array.isArray(list) ? unwrapEach(list) : [text];
}

function holdsRecord(value: Json): boolean {
  const inner = typeof value === 'string' ? parseOrNothing(value) : value;
  return isObject(inner) || Array.isArray(inner);
}

function parseOrNothing(text: string): Json {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
