// The published limits of Graph: so many requests of a tenant in a sliding window.

import type { LimitName } from './log-kind.ts';

const published: Readonly<Record<LimitName, { readonly requests: number; readonly inMs: number }>> = {
  reports: { requests: 5, inMs: 10_000 },
  'identity protection': { requests: 1, inMs: 1_000 },
  security: { requests: 150, inMs: 60_000 },
  'service communications': { requests: 240, inMs: 60_000 },
  'message trace': { requests: 100, inMs: 300_000 },
};

export class Limits {
  private readonly sent = new Map<string, number[]>();

  /** Counts a request, and returns undefined when it may pass; else the milliseconds until one may. */
  check(tenantId: string, name: LimitName, now: number): number | undefined {
    const { requests, inMs } = published[name];
    const key = `${tenantId} ${name}`;
    const recent = (this.sent.get(key) ?? []).filter((at) => at > now - inMs);
    this.sent.set(key, recent);
    const [first] = recent;
    if (first !== undefined && recent.length >= requests) return first + inMs - now;
    recent.push(now);
    return undefined;
  }
}
