// The JSON text of what comes again and again, a few words and the objects that many documents share, each with the
// name it stands under. Looking it up takes a quarter of the time of writing it.

import type { Json } from '../json.ts';
import { createMemory } from './remember.ts';

/** `prefix`, the value as `JSON.stringify` writes it, `suffix`. */
export type WriteShared = (value: Json) => string;

const mostKnown = 500;

export function writeShared(prefix: string, suffix: string): WriteShared {
  const words = createMemory<string>(mostKnown);
  const objects = new WeakMap<object, string>();
  const write = (value: Json) => prefix + JSON.stringify(value) + suffix;
  return (value) => {
    if (typeof value === 'string') {
      let text = words.get(value);
      if (text === undefined) {
        text = write(value);
        words.set(value, text);
      }
      return text;
    }
    if (typeof value !== 'object' || value === null) return write(value);
    let text = objects.get(value);
    if (text === undefined) {
      text = write(value);
      objects.set(value, text);
    }
    return text;
  };
}
