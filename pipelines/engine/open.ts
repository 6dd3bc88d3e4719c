// Structure as records hold it: objects, lists of them, lists of lists, and any of these as JSON inside of text.

import { trimText } from '../converters/keyword.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { parseExactly } from '../parse-record.ts';
import { isEmpty } from './tame.ts';

/** Text that holds JSON as what it holds. */
export function open(value: Json, exactly: boolean): Json {
  if (typeof value === 'string') return openText(value, exactly);
  if (!Array.isArray(value) || typeof value[0] !== 'string') return value;
  return value.map((item) => (typeof item === 'string' ? openText(item, exactly) : item));
}

function openText(text: string, exactly: boolean): Json {
  const trimmed = trimText(text);
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) return trimmed;
  try {
    return exactly ? parseExactly(trimmed) : JSON.parse(trimmed);
  } catch {
    return trimmed;
  }
}

export function isText(value: Json): boolean {
  return (
    typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}

/** The objects of a value, lists of lists as one; undefined where anything in it is neither object nor empty. */
export function objectsOf(value: Json, levels = 4): JsonObject[] | undefined {
  if (isObject(value)) return [value];
  if (!Array.isArray(value) || levels === 0) return undefined;
  if (value.every(isObject)) return value;
  const objects: JsonObject[] = [];
  for (const item of value) {
    const inner = objectsOf(item, levels - 1);
    if (inner !== undefined) objects.push(...inner);
    else if (!isEmpty(item)) return undefined;
  }
  return objects;
}
