// Documents of one data stream that wait to be sent: portions that have to stay by themselves first, then in order.

import type { Pending } from './pending-write.ts';

export class Queue {
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
