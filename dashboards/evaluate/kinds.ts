// The kinds of values that fields hold, by the family of their Elasticsearch type: how a value is read out of a
// document, and what matching, comparing and ordering mean. A value that cannot be read stays out, as it stays out of
// the index.

import type { Family, FieldTypeName } from '../../fields/field-types.ts';
import { fieldTypes, ignoreAbove } from '../../fields/field-types.ts';
import type { RangeOperator } from '../kql/parse.ts';
import { addressDigits, networkBounds, readAddress } from './addresses.ts';
import { readDate, readDateBound } from './dates.ts';
import { QueryError } from './query-error.ts';
import { tokensOf } from './tokens.ts';

export type Scalar = string | number | boolean;
export type ValueTest = (value: Scalar) => boolean;

export interface Kind {
  readonly family: Family;
  read(raw: unknown): Scalar | undefined;
  /** These throw a QueryError where the text can be no value of this kind. */
  equals(text: string, now: number): ValueTest;
  /** Tests for one word of a text, where that is enough for a match that is no phrase. */
  hasWord?(text: string, now: number): ValueTest;
  within(operator: RangeOperator, text: string, now: number): ValueTest;
  /** Undefined for a kind that refuses patterns. */
  readonly like?: (pattern: RegExp) => ValueTest;
  compare(one: Scalar, other: Scalar): number;
  /** The value as an answer shows it, where that differs from the value that is counted. */
  readonly show?: (value: Scalar) => Scalar;
}

const holds: Readonly<Record<RangeOperator, (order: number) => boolean>> = {
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
};

const byNumber = (one: Scalar, other: Scalar): number => Number(one) - Number(other);

/** Orders texts by their UTF-8 bytes. */
const byBytes = (one: Scalar, other: Scalar): number =>
  one === other ? 0 : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));

const isScalar = (raw: unknown): raw is Scalar =>
  typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean';

const keyword: Kind = {
  family: 'keyword',
  read: (raw) => (isScalar(raw) && String(raw).length <= ignoreAbove ? String(raw) : undefined),
  equals: (text) => (value) => value === text,
  within: (operator, text) => (value) => holds[operator](byBytes(value, text)),
  like: (pattern) => (value) => pattern.test(String(value)),
  compare: byBytes,
};

const text: Kind = {
  family: 'text',
  read: (raw) => (isScalar(raw) ? String(raw) : undefined),
  /** Tests for all words, one after the other. */
  equals: (wanted) => {
    const words = tokensOf(wanted);
    return (value) => {
      const tokens = tokensOf(String(value));
      return tokens.some((_, at) => words.every((word, step) => tokens[at + step] === word));
    };
  },
  hasWord: (wanted) => {
    const words = new Set(tokensOf(wanted));
    return (value) => tokensOf(String(value)).some((token) => words.has(token));
  },
  within: (operator, bound) => (value) =>
    tokensOf(String(value)).some((token) => holds[operator](byBytes(token, bound))),
  like: (pattern) => {
    const insensitive = new RegExp(pattern.source, `${pattern.flags}i`);
    return (value) => tokensOf(String(value)).some((token) => insensitive.test(token));
  },
  compare: byBytes,
};

function numberOf(wanted: string): number {
  const value = wanted.trim() === '' ? Number.NaN : Number(wanted);
  if (Number.isNaN(value)) throw new QueryError(`"${wanted}" is no number`);
  return value;
}

const number = (isWhole: boolean): Kind => ({
  family: 'number',
  read: (raw) => {
    const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
    if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
    return isWhole ? Math.trunc(value) : value;
  },
  equals: (wanted) => {
    const bound = numberOf(wanted);
    return (value) => value === bound;
  },
  within: (operator, wanted) => {
    const bound = numberOf(wanted);
    return (value) => holds[operator](byNumber(value, bound));
  },
  compare: byNumber,
});

const boolean: Kind = {
  family: 'boolean',
  read: (raw) => {
    if (typeof raw === 'boolean') return raw;
    return raw === 'true' ? true : raw === 'false' || raw === '' ? false : undefined;
  },
  equals: (wanted) => {
    if (wanted !== 'true' && wanted !== 'false')
      throw new QueryError(`"${wanted}" is neither true nor false`);
    return (value) => String(value) === wanted;
  },
  within: (operator, wanted) => (value) => holds[operator](byBytes(value, wanted)),
  compare: byNumber,
};

const date: Kind = {
  family: 'date',
  read: readDate,
  equals: (wanted, now) => {
    const from = readDateBound(wanted, false, now);
    const to = readDateBound(wanted, true, now);
    return (value) => Number(value) >= from && Number(value) <= to;
  },
  within: (operator, wanted, now) => {
    const bound = readDateBound(wanted, operator === 'lte' || operator === 'gt', now);
    return (value) => holds[operator](byNumber(value, bound));
  },
  compare: byNumber,
  show: (value) => new Date(Number(value)).toISOString(),
};

const byAddress = (one: Scalar, other: Scalar): number =>
  byBytes(addressDigits(String(one)) ?? '', addressDigits(String(other)) ?? '');

const ip: Kind = {
  family: 'ip',
  read: readAddress,
  equals: (wanted) => {
    const network = networkBounds(wanted);
    if (network !== undefined) {
      const [first, last] = network;
      return (value) => {
        const digits = addressDigits(String(value)) ?? '';
        return digits >= first && digits <= last;
      };
    }
    const address = readAddress(wanted);
    if (address === undefined)
      throw new QueryError(`"${wanted}" is no IP address, and no network such as 10.0.0.0/8`);
    return (value) => value === address;
  },
  within: (operator, wanted) => {
    const address = readAddress(wanted);
    if (address === undefined) throw new QueryError(`"${wanted}" is no IP address`);
    return (value) => holds[operator](byAddress(value, address));
  },
  compare: byAddress,
};

/** A point has the form `lat,lon`; a query can ask only whether there is one, and where. */
const geoPoint: Kind = {
  ...keyword,
  family: 'geo_point',
  read: (raw) => {
    const [lat, lon] = typeof raw === 'string' ? raw.split(',').map(Number) : partsOf(raw);
    return Number.isFinite(lat) && Number.isFinite(lon) ? `${lat},${lon}` : undefined;
  },
};

function partsOf(raw: unknown): number[] {
  if (typeof raw !== 'object' || raw === null || !('lat' in raw) || !('lon' in raw)) return [];
  return [Number(raw.lat), Number(raw.lon)];
}

export function kindOf(type: FieldTypeName): Kind {
  switch (fieldTypes[type].family) {
    case 'keyword':
    case 'object':
    case 'flattened':
    case 'nested':
      return keyword;
    case 'text':
      return text;
    case 'number':
      return number(type === 'long' || type === 'integer');
    case 'boolean':
      return boolean;
    case 'date':
      return date;
    case 'ip':
      return ip;
    case 'geo_point':
      return geoPoint;
  }
}
