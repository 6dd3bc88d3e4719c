// Numbers, also from text. A whole number stays exact or is not understood; nothing is rounded into being one.

import type { Json } from '../json/json.ts';
import type { Verb } from './converter.ts';
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

export const long: Verb = {
  name: 'long',
  about: 'A whole number, also from text or from a size such as `1 KB (1,023 bytes)`; fractions are cut off.',
  compile: () => toLong,
  painless: `
    def given = value;
    if (value instanceof String && ((String) value).endsWith(' bytes)')) {
      Matcher bytes = /\\(([0-9,]{1,25}) bytes\\)$/.matcher((String) value);
      if (bytes.find()) given = bytes.group(1).replace(',', '');
    }
    def number = toDouble(given, null);
    if (number == null) return null;
    double whole = number < 0 ? Math.ceil((double) number) : Math.floor((double) number);
    return Math.abs(whole) <= 9007199254740991.0 ? (def) ((long) whole) : null;`,
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

export const double: Verb = {
  name: 'double',
  about: 'A number, also from text.',
  compile: () => toDouble,
  painless: `
    if (value instanceof Number) return toNumber((Number) value);
    if (!(value instanceof String)) return null;
    String text = ((String) value).trim();
    if (!/[+-]?([0-9]++\\.?[0-9]*+|\\.[0-9]++)([eE][+-]?[0-9]{1,3})?/.matcher(text).matches()) return null;
    return toNumber(Double.parseDouble(text));`,
  painlessFunctions: `
def toNumber(Number value) {
  if (!(value instanceof Double || value instanceof Float)) return value;
  double number = value.doubleValue();
  if (Double.isNaN(number) || Double.isInfinite(number)) return null;
  return number == Math.rint(number) && Math.abs(number) <= 9007199254740991.0 ? (def) ((long) number) : number;
}`,
  examples: [
    { given: 1023, gives: 1023 },
    { given: '12.5', gives: 12.5 },
    { given: '1e3', gives: 1000 },
    { given: 'ten' },
    { given: '20261120101112345Z' },
    { given: null },
  ],
};

export const boolean: Verb = {
  name: 'boolean',
  about: 'True or false, also from their text in any case, or from 1 and 0.',
  compile: () => toBoolean,
  painless: `
    if (value instanceof Boolean) return value;
    String text = (String) toKeyword(value, null);
    if (text == null) return null;
    text = text.toLowerCase();
    if (text == 'true' || text == '1') return true;
    if (text == 'false' || text == '0') return false;
    return null;`,
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
