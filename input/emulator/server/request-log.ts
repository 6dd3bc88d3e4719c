// The log of what was asked of the emulator: the latest requests, counters over all of them, and whatever a
// well-behaved client would not have done.

import type { Route } from './route.ts';

export interface LoggedRequest {
  readonly number: number;
  /** The time on the emulator's clock in ISO 8601. */
  readonly at: string;
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly operation: string;
  readonly tenant: string | undefined;
  readonly contentType: string | undefined;
  readonly contentId: string | undefined;
  readonly publisherIdentifier: string | undefined;
  readonly userAgent: string | undefined;
  /** The status of the answer; undefined before it, and when the connection was cut before. */
  status: number | undefined;
  /** The kind of the fault that was played. */
  fault: string | undefined;
  /** Names of things that a well-behaved client would not have done; each API adds names of its own. */
  misuse: string[];
}

export interface RequestCounts {
  readonly total: number;
  readonly byOperation: Record<string, number>;
  readonly byContentType: Record<string, number>;
  readonly byTenant: Record<string, number>;
  readonly byHost: Record<string, number>;
  readonly byStatus: Record<string, number>;
  readonly byFault: Record<string, number>;
  readonly misuse: Record<string, number>;
  /** The most requests that were open at once, by operation. */
  readonly mostAtOnce: Record<string, number>;
  /** The most requests in one minute of the emulator's clock, by tenant. */
  readonly busiestMinute: Record<string, number>;
}

const logLength = 20_000;

export class RequestLog {
  private readonly log: LoggedRequest[] = [];
  private readonly counters = new Map<string, Map<string, number>>();
  private readonly open = new Map<string, number>();
  private readonly byPath = new Map<string, number>();
  private minute = { number: 0, byTenant: new Map<string, number>() };
  private total = 0;

  /** Adds a request that has come. `now` is in milliseconds since the epoch. */
  begin(route: Route, headers: NodeJS.Dict<string | string[]>, now: number): LoggedRequest {
    this.total += 1;
    const entry: LoggedRequest = {
      number: this.total,
      at: new Date(now).toISOString(),
      method: route.method,
      target: route.target,
      host: String(headers.host ?? ''),
      operation: route.operation,
      tenant: route.tenant,
      contentType: route.contentType,
      contentId: route.contentId,
      publisherIdentifier: route.publisherIdentifier,
      userAgent: headers['user-agent'] === undefined ? undefined : String(headers['user-agent']),
      status: undefined,
      fault: undefined,
      misuse: [],
    };
    this.log.push(entry);
    if (this.log.length > logLength) this.log.shift();
    this.countBegun(entry, route.path, now);
    return entry;
  }

  /** Counts how a request was answered. */
  end(entry: LoggedRequest): void {
    this.open.set(entry.operation, (this.open.get(entry.operation) ?? 1) - 1);
    this.count('byStatus', entry.status === undefined ? 'none' : String(entry.status));
    if (entry.fault) this.count('byFault', entry.fault);
    for (const misuse of entry.misuse) this.count('misuse', misuse);
  }

  /** Returns the counters over every request since the start or the last reset. */
  counts(): RequestCounts {
    const group = (name: string): Record<string, number> =>
      Object.fromEntries([...(this.counters.get(name) ?? [])].sort());
    return {
      total: this.total,
      byOperation: group('byOperation'),
      byContentType: group('byContentType'),
      byTenant: group('byTenant'),
      byHost: group('byHost'),
      byStatus: group('byStatus'),
      byFault: group('byFault'),
      misuse: group('misuse'),
      mostAtOnce: group('mostAtOnce'),
      busiestMinute: group('busiestMinute'),
    };
  }

  /** Returns how often each path was asked for, without its query. */
  paths(): Record<string, number> {
    return Object.fromEntries(this.byPath);
  }

  /** Returns the latest requests, at most 20,000, oldest first. */
  entries(): readonly LoggedRequest[] {
    return this.log;
  }

  /** Forgets all requests. */
  reset(): void {
    this.log.length = 0;
    this.counters.clear();
    this.byPath.clear();
    this.minute.byTenant.clear();
    this.total = 0;
  }

  private countBegun(entry: LoggedRequest, path: string, now: number): void {
    this.count('byOperation', entry.operation);
    this.count('byHost', entry.host);
    if (entry.contentType) this.count('byContentType', entry.contentType);
    if (entry.tenant) this.count('byTenant', entry.tenant);
    this.byPath.set(path, (this.byPath.get(path) ?? 0) + 1);
    const open = (this.open.get(entry.operation) ?? 0) + 1;
    this.open.set(entry.operation, open);
    this.raise('mostAtOnce', entry.operation, open);
    if (entry.tenant) this.countMinute(entry.tenant, now);
  }

  private countMinute(tenant: string, now: number): void {
    const number = Math.floor(now / 60_000);
    if (number !== this.minute.number) this.minute = { number, byTenant: new Map() };
    const count = (this.minute.byTenant.get(tenant) ?? 0) + 1;
    this.minute.byTenant.set(tenant, count);
    this.raise('busiestMinute', tenant, count);
  }

  private count(name: string, key: string): void {
    const group = this.group(name);
    group.set(key, (group.get(key) ?? 0) + 1);
  }

  private raise(name: string, key: string, to: number): void {
    const group = this.group(name);
    group.set(key, Math.max(group.get(key) ?? 0, to));
  }

  private group(name: string): Map<string, number> {
    const group = this.counters.get(name) ?? new Map<string, number>();
    this.counters.set(name, group);
    return group;
  }
}
