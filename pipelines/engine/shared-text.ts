// The JSON text of objects that many documents share: the same few users and addresses come again and again.

import type { Json } from '../json.ts';

const texts = new WeakMap<object, string>();

/** The object is not to be changed from here on. */
export function share<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) texts.set(value, JSON.stringify(value));
  return value;
}

/** As `JSON.stringify` writes it, for a value that is not undefined. */
export function writeValue(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return texts.get(value) ?? JSON.stringify(value);
}
