// Finds the reason why a path of a record has no value: it is not there, it has no value, or it has the wrong type.

import type { Path } from '../definitions.ts';
import { isEmpty } from '../engine/tame.ts';
import { isObject, type Json, type JsonObject } from '../json/json.ts';
import { nameOfPath } from '../language/path.ts';
import { compileRead } from '../rules/paths.ts';

export interface MissingReason {
  readonly reason: 'absent' | 'empty' | 'misfit';
  readonly detail: string;
}

export type WhyMissing = (path: Path) => MissingReason;

/** `kept` is the record as the document keeps it, `record` as it came. */
export function explainMissing(record: JsonObject, kept: JsonObject): WhyMissing {
  const valueless = new Set(textsOf(kept.valueless));
  const misfits = new Map(textsOf(kept.unplaced).map(splitReason));
  return (path) => {
    const names = path.map((_, i) => nameOfPath(path.slice(0, i + 1)));
    for (const name of names) {
      const misfit = misfits.get(name);
      if (misfit !== undefined) return { reason: 'misfit', detail: `${name}: ${misfit}` };
      if (valueless.has(name) || isEmptyAt(record, path.slice(0, names.indexOf(name) + 1)))
        return { reason: 'empty', detail: `${name} is empty` };
    }
    return { reason: 'absent', detail: 'absent' };
  };
}

function isEmptyAt(record: JsonObject, path: Path): boolean {
  const value = compileRead(path)(record);
  return value !== undefined && (Array.isArray(value) ? value.every(isEmpty) : isEmpty(value));
}

/** `Sender: object in place of keyword`. */
export function splitReason(text: string): [path: string, reason: string] {
  const at = text.lastIndexOf(': ');
  return [text.slice(0, at), text.slice(at + 2)];
}

export function textsOf(list: Json): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

export function objectOf(value: Json): JsonObject {
  return isObject(value) ? value : {};
}
