// The way to one data stream: gathers documents into bulk requests, waits when it fails, and lets one request try
// before the others follow. Data streams have lanes of their own, so that one that cannot be written to stops no other:
// one for what is new, and one for what can wait, which may be much.

import type { Slots } from '../../concurrency/semaphore.ts';
import type { Clock } from '../../contract/clock.ts';
import { afterTries } from '../../contract/errors.ts';
import { backOff } from '../../http/back-off.ts';
import type { Deliver, Rest } from './delivery.ts';
import type { Failure } from './errors/failure.ts';
import type { Pending } from './pending-write.ts';

export interface LaneSettings {
  readonly bulkMaxBytes: number;
  readonly flushIntervalMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
}

export interface LaneEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly slots: Pick<Slots, 'acquire'>;
  readonly deliver: Deliver;
  /** Aborts when the output closes. */
  readonly closed: AbortSignal;
  /** False in a run that collects once, which ends over a data stream that takes nothing for long. */
  readonly mayWait: boolean;
  /** `failure` is undefined when a request went through. */
  noteHealth(dataStream: string, failure: Failure | undefined, lane: unknown): void;
}

/** So many requests in a row fail before a run that collects once gives up: fewer where only a person can help. */
const onceTries = { person: 3, itself: 8 };

// Given as the reason, or each abort would make an exception with a stack.
const enough = 'enough for a request';

export class Lane {
  readonly dataStream: string;
  readonly #settings: LaneSettings;
  readonly #environment: LaneEnvironment;
  readonly #queue = new Queue();
  #maxBytes: number;
  #pumping = false;
  /** Ends the wait for more documents; only there while one goes on. */
  #gathering: AbortController | undefined;
  #failures = 0;
  /** Failures in a row that settled nothing. */
  #fruitless = 0;
  #resumeAt = 0;

  constructor(dataStream: string, settings: LaneSettings, environment: LaneEnvironment) {
    this.dataStream = dataStream;
    this.#settings = settings;
    this.#environment = environment;
    this.#maxBytes = settings.bulkMaxBytes;
    environment.closed.addEventListener('abort', () => this.#endGathering(), { once: true });
  }

  add(entry: Pending): void {
    this.#queue.add(entry);
    if (this.#gathering && !this.#isThin()) this.#endGathering();
    this.#start();
  }

  dropCancelled(): void {
    this.#queue.dropCancelled();
  }

  #start(): void {
    if (this.#pumping || this.#queue.isEmpty || this.#environment.closed.aborted) return;
    this.#pumping = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      while (!this.#queue.isEmpty) {
        await this.#gather();
        await this.#sendNext();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pumping = false;
    }
  }

  /** Whoever waits for these documents, or for any that are queued, is told; the lane itself goes on with what comes. */
  #fail(error: unknown, portion: readonly Pending[] = []): void {
    // Closing ends every wait; the writes have been told already.
    if (this.#environment.closed.aborted) return;
    for (const { write } of [...portion, ...this.#queue.drain()]) write.cancel(error);
  }

  /** Until there is enough for a request, or nothing more has come for a while. */
  async #gather(): Promise<void> {
    const { clock, closed } = this.#environment;
    const { flushIntervalMs } = this.#settings;
    const since = clock.now();
    while (this.#isThin() && clock.now() - since < flushIntervalMs) {
      const before = this.#queue.added;
      this.#gathering = new AbortController();
      const { signal } = this.#gathering;
      await clock.sleep(Math.ceil(flushIntervalMs / 10), signal).catch(() => closed.throwIfAborted());
      if (this.#queue.added === before) return;
    }
  }

  #endGathering(): void {
    this.#gathering?.abort(enough);
    this.#gathering = undefined;
  }

  #isThin(): boolean {
    return !this.#queue.hasPortions && this.#queue.bytes < this.#maxBytes;
  }

  async #sendNext(): Promise<void> {
    const { slots, clock, closed } = this.#environment;
    const waitMs = this.#resumeAt - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, closed);
    const release = await slots.acquire();
    // While this waited for its turn, another request of the lane may have failed.
    const mayGo = !closed.aborted && this.#resumeAt <= clock.now();
    const portion = mayGo ? this.#queue.take(this.#maxBytes) : [];
    const attempt = this.#attempt(portion)
      .catch((error: unknown) => this.#fail(error, portion))
      .finally(release);
    if (this.#failures > 0) await attempt;
    closed.throwIfAborted();
  }

  async #attempt(portion: readonly Pending[]): Promise<void> {
    if (portion.length === 0) return;
    const { deliver, closed } = this.#environment;
    const rest = await deliver(this.dataStream, portion, closed);
    if (closed.aborted) return;
    const { again, aside, apart, largestBytes } = rest;
    if (largestBytes !== undefined) this.#maxBytes = Math.min(this.#maxBytes, largestBytes);
    this.#queue.putBack(again);
    for (const each of apart) this.#queue.keepApart(each);
    this.#note(rest);
    if (aside.length > 0) void this.#putBackLater(aside).catch((error: unknown) => this.#fail(error, aside));
    this.#start();
  }

  #note({ failure, taken, settled }: Rest): void {
    const { noteHealth, mayWait } = this.#environment;
    if (!failure) this.#failures = 0;
    // A request in halves makes progress by itself, and the server is well.
    else if (failure.remedy === 'again') this.#backOff(failure);
    if (failure || taken) noteHealth(this.dataStream, failure, this);
    this.#fruitless = settled ? 0 : this.#fruitless + 1;
    if (failure?.remedy !== 'again' || mayWait) return;
    const tries = failure.needsOperator ? onceTries.person : onceTries.itself;
    if (this.#fruitless >= tries) this.#fail(afterTries(failure, this.#fruitless));
  }

  #backOff(failure: Failure): void {
    const { clock } = this.#environment;
    this.#failures += 1;
    const waitMs = Math.max(this.#delayAfter(this.#failures), failure.retryAfterMs ?? 0);
    this.#resumeAt = Math.max(this.#resumeAt, clock.now() + waitMs);
  }

  #delayAfter(failures: number): number {
    const { backoffFirstMs: firstMs, backoffMostMs: mostMs } = this.#settings;
    return backOff(failures - 1, { firstMs, mostMs }, this.#environment.random);
  }

  /** These fail while others are taken: they come back one by one in time, and hold nothing up. */
  async #putBackLater(aside: readonly Pending[]): Promise<void> {
    const { clock, closed } = this.#environment;
    const failures = Math.max(...aside.map((entry) => entry.failures));
    await clock.sleep(this.#delayAfter(failures), closed).catch(() => undefined);
    this.#queue.putBack(aside);
    this.#start();
  }
}

class Queue {
  bytes = 0;
  /** Documents ever added; what comes back does not count. */
  added = 0;
  #entries: Pending[] = [];
  #portions: (readonly Pending[])[] = [];

  get isEmpty(): boolean {
    return this.#portions.length === 0 && this.#entries.length === 0;
  }

  get hasPortions(): boolean {
    return this.#portions.length > 0;
  }

  add(entry: Pending): void {
    this.#entries.push(entry);
    this.bytes += entry.bytes;
    this.added += 1;
  }

  /** To be sent again, before anything newer. */
  putBack(entries: readonly Pending[]): void {
    if (entries.length === 0) return;
    this.#entries = [...entries, ...this.#entries];
    this.bytes += sumBytes(entries);
  }

  /** To be sent as one request, with nothing else. */
  keepApart(portion: readonly Pending[]): void {
    this.#portions.push(portion);
  }

  /** The next request: as many as fit into `maxBytes`, at least one; none when all that waited was cancelled. */
  take(maxBytes: number): readonly Pending[] {
    const portion = this.#portions.shift() ?? this.#takeInOrder(maxBytes);
    return portion.some(isCancelled) ? portion.filter(isWanted) : portion;
  }

  #takeInOrder(maxBytes: number): readonly Pending[] {
    let count = 0;
    let bytes = 0;
    for (const entry of this.#entries) {
      if (count > 0 && bytes + entry.bytes > maxBytes) break;
      bytes += entry.bytes;
      count += 1;
    }
    this.bytes -= bytes;
    const portion = this.#entries.slice(0, count);
    this.#entries = this.#entries.slice(count);
    return portion;
  }

  /** Everything that waited; nothing is left. */
  drain(): readonly Pending[] {
    const all = [...this.#portions.flat(), ...this.#entries];
    this.#portions = [];
    this.#entries = [];
    this.bytes = 0;
    return all;
  }

  /** Nobody waits for cancelled documents: they must not be held while a data stream cannot be written to. */
  dropCancelled(): void {
    this.#entries = this.#entries.filter(isWanted);
    this.bytes = sumBytes(this.#entries);
    this.#portions = this.#portions
      .map((portion) => portion.filter(isWanted))
      .filter(({ length }) => length > 0);
  }
}

function isWanted({ write }: Pending): boolean {
  return !write.cancelled;
}

function isCancelled({ write }: Pending): boolean {
  return write.cancelled;
}

function sumBytes(entries: readonly Pending[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}
