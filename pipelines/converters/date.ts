// Converts dates in every form that records hold to ISO 8601 in UTC. A date without a zone is in UTC; fractions keep
// their digits.

import type { Json } from '../json/json.ts';
import type { Converter } from './converter.ts';
import { trimText } from './keyword.ts';

interface Instant {
  /** They count from the epoch. */
  readonly seconds: number;
  /** The digits have their dot before them; the text is empty where there are none. */
  readonly fraction: string;
}

const isoDate =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?\d*)?(?: ?(Z|[+-]\d\d:?\d\d))?)?$/;
const slashDate =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?)?$/;
const netDate = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/** The result is undefined where the value is no date. */
export function toDate(value: Json): string | undefined {
  if (typeof value === 'string' && readPlainIso(value) !== undefined) {
    return value.length === 19 ? `${value}Z` : value;
  }
  const instant = readInstant(value);
  return instant === undefined ? undefined : formatInstant(instant);
}

/** The result counts seconds since the epoch, and is 0 where the value is no date. */
export function readSeconds(value: Json): number {
  const plain = typeof value === 'string' ? readPlainIso(value) : undefined;
  return plain ?? readInstant(value)?.seconds ?? 0;
}

function readInstant(value: Json): Instant | undefined {
  if (typeof value === 'number') return readEpoch(value);
  if (typeof value !== 'string') return undefined;
  const text = trimText(value);
  return readIso(text) ?? readSlashes(text) ?? readNet(text) ?? readEpochText(text);
}

/** `2021-05-18T21:13:34`, with or without `Z`: nearly every date, so it is read without a pattern. */
function readPlainIso(text: string): number | undefined {
  if (text.length !== 19 && (text.length !== 20 || text.charCodeAt(19) !== 90)) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || text.charCodeAt(10) !== 84) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  return secondsOf(
    year,
    twoDigits(text, 5),
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
  );
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function readIso(text: string): Instant | undefined {
  const match = isoDate.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const local = secondsOf(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return local === undefined ? undefined : { seconds: local - zoneSeconds(zone), fraction };
}

function zoneSeconds(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60);
}

/** Month first, as the services of this API write it. */
function readSlashes(text: string): Instant | undefined {
  const match = slashDate.exec(text);
  if (match === null) return undefined;
  const [, month, day, year, hour = '0', minute = '0', second = '0', half] = match;
  const hours =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const seconds = secondsOf(Number(year), Number(month), Number(day), hours, Number(minute), Number(second));
  return seconds === undefined ? undefined : { seconds, fraction: '' };
}

function readNet(text: string): Instant | undefined {
  const match = netDate.exec(text);
  return match === null ? undefined : fromMilliseconds(Number(match[1]));
}

function readEpochText(text: string): Instant | undefined {
  return /^\d{9,13}$/.test(text) ? readEpoch(Number(text)) : undefined;
}

/** A number below 10¹¹ counts seconds, one above milliseconds: the two meet in 1973 and in 5138. */
function readEpoch(value: number): Instant | undefined {
  if (!Number.isSafeInteger(value) || value < 1e8) return undefined;
  return value < 1e11 ? { seconds: value, fraction: '' } : fromMilliseconds(value);
}

const lastMillisecond = 253402300799999;

function fromMilliseconds(value: number): Instant | undefined {
  if (Math.abs(value) > lastMillisecond) return undefined;
  const milliseconds = ((value % 1000) + 1000) % 1000;
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
  return { seconds: Math.floor(value / 1000), fraction };
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** The result is undefined where there is no such day or time. */
function secondsOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (!(month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59))
    return undefined;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (!(day <= daysIn(month, leap)) || !(year >= 1)) return undefined;
  const past = year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const dayOfYear = (daysBefore[month - 1] ?? 0) + (leap && month > 2 ? 1 : 0) + day - 1;
  return ((past * 365 + leaps + dayOfYear - 719162) * 24 + hour) * 3600 + minute * 60 + second;
}

function daysIn(month: number, leap: boolean): number {
  if (month === 2) return leap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function formatInstant({ seconds, fraction }: Instant): string | undefined {
  const milliseconds = seconds * 1000;
  if (milliseconds > lastMillisecond || milliseconds < -62135596800000) return undefined;
  return `${new Date(milliseconds).toISOString().slice(0, 19)}${fraction}Z`;
}

export const date: Converter = {
  name: 'date',
  about: 'A moment in UTC, as ISO 8601, from any form that records hold; fractions keep their digits.',
  compile: () => toDate,
  examples: [
    { given: '2021-05-18T21:13:34', gives: '2021-05-18T21:13:34Z' },
    { given: '2021-05-18T21:13:34Z', gives: '2021-05-18T21:13:34Z' },
    { given: '2021-06-15T09:59:26.0000000Z', gives: '2021-06-15T09:59:26.0000000Z' },
    { given: '2021-06-15 09:59:26.123', gives: '2021-06-15T09:59:26.123Z' },
    { given: '2021-06-15T09:59:26.12345678912Z', gives: '2021-06-15T09:59:26.123456789Z' },
    { given: '2021-03-01T01:30:00+02:00', gives: '2021-02-28T23:30:00Z' },
    { given: '2020-12-31T23:30:00.5-0100', gives: '2021-01-01T00:30:00.5Z' },
    { given: '2021-06-15', gives: '2021-06-15T00:00:00Z' },
    { given: '2021-06-15T09:59', gives: '2021-06-15T09:59:00Z' },
    { given: '0001-01-01T00:00:00', gives: '0001-01-01T00:00:00Z' },
    { given: '2024-02-29T00:00:00', gives: '2024-02-29T00:00:00Z' },
    { given: '6/15/2021 10:01:24 PM', gives: '2021-06-15T22:01:24Z' },
    { given: '12/1/2021 12:05 AM', gives: '2021-12-01T00:05:00Z' },
    { given: '06/15/2021', gives: '2021-06-15T00:00:00Z' },
    { given: '/Date(1623751284123)/', gives: '2021-06-15T10:01:24.123Z' },
    { given: '/Date(-1)/', gives: '1969-12-31T23:59:59.999Z' },
    { given: 1623751284, gives: '2021-06-15T10:01:24Z' },
    { given: 1623751284123, gives: '2021-06-15T10:01:24.123Z' },
    { given: '1623751284', gives: '2021-06-15T10:01:24Z' },
    { given: '2021-02-29T00:00:00' },
    { given: '2021-13-01T00:00:00' },
    { given: '2021-06-15T24:00:00' },
    { given: '0000-01-01T00:00:00' },
    { given: '0001-01-01T00:00:00+01:00' },
    { given: '13/13/2021' },
    { given: 'yesterday' },
    { given: 12 },
    { given: 1.5 },
    { given: '' },
    { given: null },
    { given: {} },
  ],
};
