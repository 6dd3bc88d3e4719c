// Spreads history over the hours as people work: little at night, most around ten and two, UTC.
import { hourMs } from '../../../../contract/time.ts';

const weights = [2, 2, 1, 1, 2, 3, 6, 12, 18, 22, 22, 20, 16, 20, 22, 20, 16, 12, 8, 6, 5, 4, 3, 3];

/**
 * Returns a function from a part of history, in [0, 1), to its time in milliseconds since the epoch; it never falls.
 * `from` is in milliseconds since the epoch.
 */
export function spreadOverDays(from: number, spanMs: number): (part: number) => number {
  const hours = Math.max(1, Math.ceil(spanMs / hourMs));
  const stepMs = spanMs / hours;
  const ends: number[] = [];
  let sum = 0;
  for (let hour = 0; hour < hours; hour++) {
    sum += weights[new Date(from + (hour + 0.5) * stepMs).getUTCHours()] ?? 1;
    ends.push(sum);
  }
  return (part) => {
    const at = part * sum;
    const hour = findFirstPast(ends, at);
    const begin = ends[hour - 1] ?? 0;
    const end = ends[hour] ?? sum;
    return Math.floor(from + (hour + (at - begin) / (end - begin)) * stepMs);
  };
}

function findFirstPast(ends: readonly number[], at: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
