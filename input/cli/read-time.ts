// Points in time on the command line: a date, a date with a time (UTC unless it says otherwise), or how long ago.

import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../settings/units.ts';

const dateForm = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The API knows whole seconds only: a window is widened to them. */
export function wholeSeconds({ from, to }: { readonly from: number; readonly to: number }) {
  return { from: Math.floor(from / 1000) * 1000, to: Math.ceil(to / 1000) * 1000 };
}

/** Milliseconds since the epoch. */
export function readTime(text: string, now = Date.now()): number {
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const match = dateForm.exec(text);
  const time = match ? Date.parse(text.includes('T') && !match[1] ? `${text}Z` : text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Write 2026-11-20, 2026-11-20T08:00Z, or how long ago: 24h.');
  return time;
}
