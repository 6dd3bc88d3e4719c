// Windows of contentCreated, half-open, in milliseconds since the epoch, on whole seconds: the form that the API
// accepts.

import { dayMs, hourMs } from '../../../contract/time.ts';

export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The API's limit is 24 h, and exactly 24 h has been refused. */
export const longestWindowMs = 23 * hourMs;
/** The API's limit is 7 days; the margin is for clocks, queues and slow answers. */
export const reachMs = 7 * dayMs - 300_000;

export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** Formats a time as the API wants it: UTC, to the second, without a zone. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** Cuts a window into allowed ones, the newest first. */
export function cutNewestFirst({ from, to }: Window): Window[] {
  const windows: Window[] = [];
  for (let end = to; end > from; end -= longestWindowMs) {
    windows.push({ from: Math.max(from, end - longestWindowMs), to: end });
  }
  return windows;
}

/** The newer half first; undefined for a window of one second. */
export function halve({ from, to }: Window): [Window, Window] | undefined {
  const middle = wholeSecond((from + to) / 2);
  if (middle <= from || middle >= to) return undefined;
  return [
    { from: middle, to },
    { from, to: middle },
  ];
}

/** Sorted, without overlaps. */
export function unite(windows: readonly Window[]): Window[] {
  const united: Window[] = [];
  for (const window of windows.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last !== undefined && window.from <= last.to) {
      united[united.length - 1] = { from: last.from, to: Math.max(last.to, window.to) };
    } else united.push(window);
  }
  return united;
}

export function subtract(windows: readonly Window[], without: Window): Window[] {
  return windows.flatMap((window) => {
    if (without.to <= window.from || without.from >= window.to) return [window];
    return [
      { from: window.from, to: without.from },
      { from: without.to, to: window.to },
    ].filter(({ from, to }) => to > from);
  });
}

export function contains(windows: readonly Window[], time: number): boolean {
  return windows.some(({ from, to }) => time >= from && time < to);
}
