// Reads `$filter` as far as Graph's logs take it here: a window of time, and a condition that chooses one log of several.

import type { LogKind } from './log-kind.ts';

export interface ReadFilter {
  /** Half-open, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const comparison = /(\w+) (ge|gt|le|lt) (\d{4}-\d\d-\d\dT[\d:.]+Z)/g;

/** The log that a path and a filter mean; undefined where there is none. */
export function findLogKind(
  kinds: readonly LogKind[],
  { version, path, filter }: { version: string; path: string; filter: string },
): LogKind | undefined {
  const there = kinds.filter((kind) => kind.path === path && kind.versions.some((each) => each === version));
  return (
    there.find(({ chosenBy }) => chosenBy?.test(filter)) ??
    there.find(({ chosenBy }) => chosenBy === undefined)
  );
}

/** Returns the name of the property that the log cannot be filtered by, where there is one. */
export function readFilter(kind: LogKind, filter: string): ReadFilter | string {
  let [from, to] = [0, Number.POSITIVE_INFINITY];
  for (const [, property = '', operator, time = ''] of filter.matchAll(comparison)) {
    if (!kind.timeProperties.includes(property)) return property;
    const at = Date.parse(time);
    if (operator === 'ge') from = Math.max(from, at);
    else if (operator === 'gt') from = Math.max(from, at + 1);
    else to = Math.min(to, operator === 'lt' ? at : at + 1);
  }
  return { from, to };
}
