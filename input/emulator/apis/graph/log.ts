// One log of one tenant: which records there are at a time, in which state, and when each shows. Everything is a function of
// the seed but the readings that were made, on which what an unstable listing leaves out depends.

import { minuteMs } from '../../../contract/time.ts';
import type { World } from '../../world/company.ts';
import { drawFraction, guidSeries, hash, Random } from '../../world/random.ts';
import type { LogKind } from './log-kind.ts';
import type { GraphLogOptions } from './options.ts';

/** A record, or the state of an object that changes. */
export interface GraphEntry {
  readonly index: number;
  readonly version: number;
  readonly createdAt: number;
  /** The time by which it is listed. */
  readonly time: number;
}

export interface LogParts {
  readonly kind: LogKind;
  readonly options: GraphLogOptions;
  readonly world: World;
  readonly seed: number;
  readonly origin: number;
}

const dayMs = 86_400_000;
/** An object changes at most so often, and within so long. */
const mostVersions = 3;
const changesWithinMs = 2 * 3_600_000;

export class GraphLog {
  readonly kind: LogKind;
  readonly refused: GraphLogOptions['refused'];
  private readonly parts: LogParts;
  private readonly guid: (index: number) => string;
  private readonly history: number;
  private readonly stepMs: number;
  private readonly begin: number;
  private readonly leftOut = new Map<number, number>();

  constructor(parts: LogParts) {
    const { kind, options, world, seed, origin } = parts;
    this.parts = parts;
    this.kind = kind;
    this.refused = options.refused;
    this.guid = guidSeries(seed, 'graph', world.tenantId, kind.name);
    this.history = options.records ?? 500;
    const lengthMs = (options.days ?? 1) * dayMs;
    this.begin = origin - lengthMs;
    this.stepMs = lengthMs / Math.max(1, this.history);
  }

  /** Those that show at `now`, of the half-open window, the newest first. */
  list(from: number, to: number, now: number): GraphEntry[] {
    if (this.kind.objects !== undefined) return this.objectsAt(now);
    const first = this.indexBefore(from - (this.kind.changes ? changesWithinMs : 0));
    const entries: GraphEntry[] = [];
    for (let index = first; ; index += 1) {
      const createdAt = this.timeOf(index);
      if (createdAt >= to || createdAt > now || !this.exists(index)) break;
      const entry = this.stateAt(index, createdAt, now);
      if (entry !== undefined && entry.time >= from && entry.time < to) entries.push(entry);
    }
    return entries.sort((one, other) => other.time - one.time || other.index - one.index);
  }

  /** All that ever showed up to `now`: of an object that changes every state. */
  *listStates(now: number): Generator<GraphEntry> {
    if (this.kind.objects !== undefined) return yield* this.objectStates(now);
    for (let index = 0; this.exists(index); index += 1) {
      const createdAt = this.timeOf(index);
      if (createdAt > now) return;
      for (const state of this.statesOf(index, createdAt)) if (this.shownAt(state) <= now) yield state;
    }
  }

  /** The state that a listing has now. */
  *listCurrent(now: number): Generator<GraphEntry> {
    yield* this.list(0, now + 1, now);
  }

  /** Some records behind the first page are left out of their first readings. */
  leaveOut(entries: readonly GraphEntry[], pageSize: number): GraphEntry[] {
    const { unstable = 0, unstableReadings = 1 } = this.parts.options;
    if (unstable === 0) return [...entries];
    // The listing still has a second page, as one has whose pages shift.
    return entries.filter(({ index }, at) => {
      if (at <= pageSize) return true;
      if (drawFraction(this.parts.seed, 'unstable', index) >= unstable) return true;
      const readings = this.leftOut.get(index) ?? 0;
      this.leftOut.set(index, readings + 1);
      return readings >= unstableReadings;
    });
  }

  idOf({ index }: GraphEntry): string {
    return this.kind.writeId(this.guid(index), index);
  }

  /**
   * The Id in the truth: with what tells the record apart, for objects that change with the time of the change, or, without
   * one, with the state.
   */
  truthIdOf(entry: GraphEntry): string {
    const record = this.write(entry);
    const id = [this.idOf(entry), this.kind.writePart?.(record) ?? []].flat().join(':');
    if (this.kind.objects !== undefined) return `${id}:${Object(record).status}`;
    return this.kind.changes ? `${id}:${new Date(entry.time).toISOString()}` : id;
  }

  write(entry: GraphEntry): object {
    const { world, seed } = this.parts;
    const random = new Random(hash(seed, world.tenantId, this.kind.name, entry.index));
    const { index, createdAt, version, time: updatedAt } = entry;
    return this.kind.write({ id: this.idOf(entry), index, createdAt, updatedAt, version, world, random });
  }

  private objectsAt(now: number): GraphEntry[] {
    return this.objectPeriods().map(({ index, periodMs }) => this.objectState(index, periodMs, now));
  }

  /** Each state that an object was in up to `now`. */
  private *objectStates(now: number): Generator<GraphEntry> {
    for (const { index, periodMs } of this.objectPeriods())
      for (let time = this.begin; time <= now; time += periodMs)
        yield this.objectState(index, periodMs, time);
  }

  private objectState(index: number, periodMs: number, now: number): GraphEntry {
    const version = Math.floor((now - this.begin) / periodMs);
    const time = this.begin + version * periodMs;
    return { index, version, createdAt: time, time };
  }

  /** Each object changes once in so long. */
  private objectPeriods(): { readonly index: number; readonly periodMs: number }[] {
    const length = Math.min(this.history, this.kind.objects ?? 0);
    return Array.from({ length }, (_, index) => ({
      index,
      periodMs: (30 + (hash(this.parts.seed, 'period', index) % 300)) * minuteMs,
    }));
  }

  private exists(index: number): boolean {
    return index < this.history || (this.parts.options.ratePerMinute ?? 0) > 0;
  }

  private timeOf(index: number): number {
    const { seed, origin, options } = this.parts;
    const isHistory = index < this.history;
    const step = isHistory ? this.stepMs : minuteMs / (options.ratePerMinute ?? 1);
    const start = isHistory ? this.begin + index * step : origin + (index - this.history) * step;
    return Math.floor(start + drawFraction(seed, this.kind.name, 'time', index) * step);
  }

  private indexBefore(time: number): number {
    const { origin, options } = this.parts;
    const index =
      time < origin
        ? (time - this.begin) / this.stepMs
        : this.history + ((time - origin) / minuteMs) * (options.ratePerMinute ?? 0);
    return Math.max(0, Math.floor(index) - 1);
  }

  private *statesOf(index: number, createdAt: number): Generator<GraphEntry> {
    const { seed } = this.parts;
    const versions = this.kind.changes ? 1 + (hash(seed, 'versions', index) % mostVersions) : 1;
    for (let version = 0; version < versions; version += 1) {
      const share = (version + drawFraction(seed, 'change', index, version)) / mostVersions;
      const time = version === 0 ? createdAt : Math.floor(createdAt + share * changesWithinMs);
      yield { index, version, createdAt, time };
    }
  }

  private stateAt(index: number, createdAt: number, now: number): GraphEntry | undefined {
    let current: GraphEntry | undefined;
    for (const state of this.statesOf(index, createdAt)) if (this.shownAt(state) <= now) current = state;
    return current;
  }

  private shownAt({ index, version, time }: GraphEntry): number {
    const { seed, options } = this.parts;
    const { latencyMs = 2 * minuteMs, late = 0, lateByMs = 60 * minuteMs } = options;
    const isLate = drawFraction(seed, 'late', index, version) < late;
    const lateBy = isLate ? drawFraction(seed, 'late by', index, version) * lateByMs : 0;
    return time + latencyMs + lateBy;
  }
}
