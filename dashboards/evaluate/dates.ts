// Reads times as Elasticsearch reads them: UTC where no zone is named, milliseconds where there is only a number, and,
// in queries, date math such as `now-15m/d`. A bound that leaves hours out means the whole day where it should.

import { QueryError } from './query-error.ts';

const isoTime =
  /^(?<day>[+-]?\d{4,6}(?:-\d\d(?:-\d\d)?)?)(?:T(?<time>\d\d(?::\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?)?(?<zone>Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Returns undefined for a value that is no date: it stays out of the index. */
export function readDate(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? Math.trunc(raw) : undefined;
  if (typeof raw !== 'string') return undefined;
  return /^-?\d{5,}$/.test(raw) ? Number(raw) : readIso(raw, false);
}

/**
 * Reads a bound. With `roundsUp`, parts that are left out are as late as they can be, as for `lte` and `gt`. Throws a
 * QueryError.
 */
export function readDateBound(text: string, roundsUp: boolean, now: number): number {
  const [anchor = '', math] = splitMath(text);
  const at = anchor === 'now' ? now : readIso(anchor, roundsUp && math === '');
  const instant = at ?? (/^-?\d{5,}$/.test(anchor) ? Number(anchor) : undefined);
  if (instant === undefined || math === undefined)
    throw new QueryError(`"${text}" is no time; write one as 2026-11-20T12:00:00Z or now-15m`);
  return calculate(text, math, instant, roundsUp);
}

function splitMath(text: string): [string, string] {
  if (text.startsWith('now')) return ['now', text.slice(3)];
  const [anchor = '', math = ''] = text.split('||');
  return [anchor, math];
}

function readIso(text: string, roundsUp: boolean): number | undefined {
  const groups = isoTime.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { day = '', time, zone = 'Z' } = groups;
  const rest = roundsUp ? '23:59:59.999' : '00:00:00.000';
  const given = (time ?? '').replace(',', '.');
  const whole = given + rest.slice(given.length);
  const offset =
    zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone.replace(/(\d\d):?(\d\d)$/, '$1:$2');
  const instant = Date.parse(`${day.padEnd(10, '-01')}T${whole}${offset}`);
  return Number.isNaN(instant) ? undefined : instant;
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  H: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

function calculate(text: string, math: string, from: number, roundsUp: boolean): number {
  let at = new Date(from);
  const steps = [...math.matchAll(/([+-])(\d+)([smhHdwMy])|\/([smhHdwMy])/gy)];
  if (steps.map(([step]) => step).join('') !== math) throw new QueryError(`"${text}" is no time`);
  for (const [, sign, count = '', unit = '', rounding] of steps) {
    if (rounding === undefined) at = move(at, sign === '-' ? -Number(count) : Number(count), unit);
    else {
      const start = floor(at, rounding);
      at = roundsUp ? new Date(move(start, 1, rounding).getTime() - 1) : start;
    }
  }
  return at.getTime();
}

function move(at: Date, count: number, unit: string): Date {
  const step = unitMs[unit];
  if (step !== undefined) return new Date(at.getTime() + count * step);
  const months = count * (unit === 'y' ? 12 : 1);
  const target = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0));
  const day = Math.min(at.getUTCDate(), target.getUTCDate());
  const start = Date.UTC(target.getUTCFullYear(), target.getUTCMonth(), day);
  return new Date(start + (at.getTime() % 86_400_000));
}

/** Weeks begin on Monday, and the epoch on a Thursday. */
function floor(at: Date, unit: string): Date {
  if (unit === 'y') return new Date(Date.UTC(at.getUTCFullYear(), 0));
  if (unit === 'M') return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
  const step = unitMs[unit] ?? 1;
  const shift = unit === 'w' ? 3 * 86_400_000 : 0;
  return new Date(Math.floor((at.getTime() + shift) / step) * step - shift);
}
