// Decides which fault of the plan hits a request: the first entry that takes the request wins. Each entry counts for
// itself.

import { otherOperation, type Route } from '../server/route.ts';
import { drawFraction } from '../world/random.ts';
import type { FaultMatch, NamedFault, PlanEntry, PlayedFault } from './plan.ts';

interface ArmedFault {
  readonly entry: PlanEntry;
  readonly path: RegExp | undefined;
  readonly attempts: Map<string, number>;
  matched: number;
  fired: number;
}

export class FaultMatcher {
  private armed: ArmedFault[] = [];
  private givenAt = 0;

  /** Replaces the plan; all counts begin anew. `now` is in milliseconds since the epoch. */
  set(entries: readonly PlanEntry[], now: number): void {
    this.givenAt = now;
    this.armed = entries.map((entry) => ({
      entry,
      path: entry.match?.path === undefined ? undefined : new RegExp(entry.match.path),
      attempts: new Map(),
      matched: 0,
      fired: 0,
    }));
  }

  /** Counts a request and returns the fault that hits it. */
  next(route: Route, now: number): NamedFault | undefined {
    for (const [index, armed] of this.armed.entries()) {
      if (this.isOver(armed, now) || !concerns(armed, route)) continue;
      armed.matched += 1;
      const attempt = (armed.attempts.get(route.path) ?? 0) + 1;
      if (armed.entry.match?.attempt !== undefined) armed.attempts.set(route.path, attempt);
      if (!isTurn(armed.entry.match ?? {}, armed.matched, attempt, index)) continue;
      armed.fired += 1;
      return armed.entry.fault;
    }
    return undefined;
  }

  /** Returns the plan, with how often each entry matched and was played. */
  status(): readonly PlayedFault[] {
    return this.armed.map(({ entry, matched, fired }) => ({ ...entry, matched, fired }));
  }

  private isOver({ entry, fired }: ArmedFault, now: number): boolean {
    return (
      (entry.times !== undefined && fired >= entry.times) ||
      (entry.forMs !== undefined && now >= this.givenAt + entry.forMs)
    );
  }
}

function concerns({ entry, path }: ArmedFault, route: Route): boolean {
  const { match } = entry;
  if (!match) return route.operation !== otherOperation;
  return (
    isOneOf(match.operation, route.operation) &&
    isOneOf(match.tenant?.toLowerCase(), route.tenant?.toLowerCase()) &&
    isOneOf(match.contentType, route.contentType) &&
    isOneOf(match.contentId, route.contentId) &&
    isOneOf(match.method, route.method) &&
    (path === undefined || path.test(route.target))
  );
}

function isTurn(match: FaultMatch, matched: number, attempt: number, index: number): boolean {
  return (
    isOneOf(match.nth, matched) &&
    isOneOf(match.attempt, attempt) &&
    (match.every === undefined || matched % match.every === 0) &&
    (match.rate === undefined || drawFraction(match.seed ?? 0, index, matched) < match.rate)
  );
}

function isOneOf<T>(wanted: T | readonly T[] | undefined, value: T | undefined): boolean {
  if (wanted === undefined) return true;
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
}
