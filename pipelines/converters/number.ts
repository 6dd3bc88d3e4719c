// Converts numbers, also from text. A whole number stays exact or is not understood; nothing is rounded into being one.

import type { Json } from '../json/json.ts';
import type { Converter } from './converter.ts';
import { trimText } from './keyword.ts';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** `1 KB (1,023 bytes)`, as Exchange writes sizes: the exact one is in brackets. */
const sizeInBytes = /\(([0-9,]{1,25}) bytes\)$/;

/** Fractions are cut off, as Elasticsearch does for a whole-number field. */
export function toLong(value: Json): number | undefined {
  const bytes = typeof value === 'string' ? sizeInBytes.exec(value) : null;
  const number = toDouble(bytes === null ? value : bytes[1]?.replaceAll(',', ''));
  if (number === undefined) return undefined;
  const whole = Math.trunc(number);
  return Number.isSafeInteger(whole) ? whole + 0 : undefined;
}

export function toDouble(value: Json): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = trimText(value);
  if (!decimal.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export const long: Converter = {
  name: 'long',
  about: 'A whole number, also from text or from a size such as `1 KB (1,023 bytes)`; fractions are cut off.',
  compile: () => toLong,
  examples: [
    { given: 11206, gives: 11206 },
    { given: '11206', gives: 11206 },
    { given: '1.1206E4', gives: 11206 },
    { given: 12.7, gives: 12 },
    { given: '-12.7', gives: -12 },
    { given: ' 7 ', gives: 7 },
    { given: '12345678901234567890' },
    { given: '1e999' },
    { given: '1 KB (1,023 bytes)', gives: 1023 },
    { given: '30 GB (32,212,254,720 bytes)', gives: 32212254720 },
    { given: '(,,, bytes)' },
    { given: '12 GB' },
    { given: '' },
    { given: true },
    { given: [1] },
  ],
};

export const double: Converter = {
  name: 'double',
  about: 'A number, also from text.',
  compile: () => toDouble,
  examples: [
    { given: 1023, gives: 1023 },
    { given: '12.5', gives: 12.5 },
    { given: '1e3', gives: 1000 },
    { given: 'ten' },
    { given: '20261120101112345Z' },
    { given: null },
  ],
};

export const boolean: Converter = {
  name: 'boolean',
  about: 'True or false, also from their text in any case, or from 1 and 0.',
  compile: () => toBoolean,
  examples: [
    { given: false, gives: false },
    { given: 'True', gives: true },
    { given: '0', gives: false },
    { given: 1, gives: true },
    { given: 2 },
    { given: 'Enabled' },
    { given: '' },
  ],
};

export function toBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  const text = trimText(value).toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}
