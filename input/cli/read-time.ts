// Reads points in time on the command line: a date, a date with a time (UTC where no zone is given), or how long ago.

import { InvalidArgumentError } from 'commander';
import { dayMs } from '../contract/time.ts';
import { parseDuration } from '../options/units.ts';
import type { StreamSource } from '../sources/stream-source.ts';
import { usage } from './policy-flag.ts';

const dateForm = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;
/** Time passes between reading the clock for "7d" and for the window. */
const slackMs = 60_000;

/**
 * The window of a command, in milliseconds. A service knows whole seconds only: it is widened to them. Refuses one in
 * which the service can list nothing, which would look like one in which there is nothing.
 */
export function listedWindow(
  { from, to }: { readonly from: number; readonly to: number },
  { service, reachMs }: Pick<StreamSource, 'service' | 'reachMs'>,
  now = Date.now(),
) {
  const begins = Math.max(from, now - reachMs);
  const ends = Math.min(to, now);
  // A kind may reach a little less than what its service says, to be sure of it.
  const days = Math.ceil(reachMs / dayMs);
  if (from < now - days * dayMs - slackMs)
    throw usage(
      `${service} lists the last ${inWords(days)} days only, and the window begins at ${isoTime(from)}.`,
      `Give --from ${days}d, or a later time.`,
    );
  if (ends <= begins)
    throw usage(
      `The window is empty: it begins at ${isoTime(begins)} and ends at ${isoTime(ends)}.`,
      'Give a --from that is before --to.',
    );
  return { from: Math.floor(begins / 1000) * 1000, to: Math.ceil(ends / 1000) * 1000 };
}

const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const inWords = (count: number): string => words[count] ?? String(count);

const isoTime = (time: number) => new Date(time).toISOString().replace(/\.\d+/, '');

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
