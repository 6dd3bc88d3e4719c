// Dates in every form that records hold, as ISO 8601 in UTC. No zone means UTC; fractions keep their digits.

import type { Json } from '../json.ts';

interface Instant {
  /** Since the epoch. */
  readonly seconds: number;
  /** With its dot, or empty. */
  readonly fraction: string;
}

const isoDate =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?\d*)?(?: ?(Z|[+-]\d\d:?\d\d))?)?$/;
const slashDate =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?)?$/;
const netDate = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/** Undefined where the value is no date. */
export function toDate(value: Json): string | undefined {
  if (typeof value === 'string') {
    if (value.length === 19 && secondsOfPlainIso(value) !== undefined) return `${value}Z`;
    if (value.length === 20 && value.endsWith('Z') && secondsOfPlainIso(value) !== undefined) return value;
  }
  const instant = readInstant(value);
  return instant === undefined ? undefined : formatInstant(instant);
}

/** Seconds since the epoch; 0 where the value is no date. */
export function readSeconds(value: Json): number {
  if (typeof value === 'string' && value.length === 19) return secondsOfPlainIso(value) ?? 0;
  return readInstant(value)?.seconds ?? 0;
}

function readInstant(value: Json): Instant | undefined {
  if (typeof value === 'number') return readEpoch(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return readIso(text) ?? readSlashes(text) ?? readNet(text) ?? readEpochText(text);
}

/** `2021-05-18T21:13:34`: nearly every date, so it is read without a pattern. */
function secondsOfPlainIso(text: string): number | undefined {
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

/** Below 10¹¹ it counts seconds, above milliseconds: the two meet in 1973 and in 5138. */
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

/** Undefined where there is no such day or time. */
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
