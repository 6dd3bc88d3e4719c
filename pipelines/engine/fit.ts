// Coerces values to the type of their property.

import { toIp } from '../converters/address.ts';
import { toDate } from '../converters/date.ts';
import { toBoolean, toDouble, toLong } from '../converters/number.ts';
import type { PropertyType } from '../definitions.ts';
import type { Json } from '../json/json.ts';
import { isInexact } from '../parse-record.ts';
import { putAside } from './aside.ts';
import type { Shaper } from './shapers.ts';
import { isEmpty, type Notice } from './tame.ts';

/** The value as its type wants it; undefined where it cannot be. */
type Conform = (value: Json) => Json;

const fitScalar: Conform = (value) => (typeof value === 'object' ? undefined : value);

const wholeNumberText = /^-?[1-9]\d{15,17}$/;

/** Whole numbers that a double cannot hold stay text: Elasticsearch reads them exactly. */
const fitLong: Conform = (value) => {
  if (typeof value === 'number') return Math.abs(value) < 2 ** 63 ? value : undefined;
  return toLong(value) ?? (typeof value === 'string' && wholeNumberText.test(value) ? value : undefined);
};

const fitters = { long: fitLong, double: toDouble, boolean: toBoolean, date: toDate, ip: toIp };

export type ValueType = keyof typeof fitters | 'keyword' | 'text';

/** Takes any text as it is. */
export function isTextual(type: PropertyType): type is 'keyword' | 'text' {
  return type === 'keyword' || type === 'text';
}

export function compileValue(type: ValueType, path: string): Shaper {
  if (!isTextual(type)) return fitValue(type, path, fitters[type]);
  const shape = fitValue(type, path, fitScalar);
  return (value, aside, parent) => (typeof value === 'string' ? value : shape(value, aside, parent));
}

function fitValue(type: PropertyType, path: string, conform: Conform): Shaper {
  return (value, aside) => {
    const fitted = Array.isArray(value) ? fitList(value, conform, aside) : conform(value);
    return fitted === undefined ? putAside(aside, path, value, type) : fitted;
  };
}

/** All of the list, or nothing: half a list would mislead. */
function fitList(list: Json[], conform: Conform, notice: Notice): Json {
  const fitted: Json[] = [];
  for (const item of list) {
    if (isEmpty(item)) continue;
    if (typeof item === 'number' && isInexact(item)) notice.inexact = true;
    const value = Array.isArray(item) ? fitList(item, conform, notice) : conform(item);
    if (value === undefined) return undefined;
    fitted.push(value);
  }
  return fitted.length === 0 ? undefined : fitted;
}
