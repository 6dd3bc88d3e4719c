// The records of a batch while they are cut out of chunks, and the one that is still open. Every byte is copied into the
// buffer that the batch gets, also where a record straddles chunks, so nothing holds a chunk.

import type { Records } from '../contract/records.ts';

/** A buffer of which less is used would hold too much memory for as long as its batch is on its way. */
const leastUsedShare = 0.75;

export class RecordBuffer {
  #buffer: Buffer = Buffer.alloc(0);
  #used = 0;
  /** The place where the open record begins. */
  #start = 0;
  #starts: number[] = [];
  #ends: number[] = [];

  /** The number of closed records. */
  get count(): number {
    return this.#ends.length;
  }

  /** The bytes of the closed records. */
  get bytes(): number {
    return this.#start;
  }

  get openBytes(): number {
    return this.#used - this.#start;
  }

  /** The bytes of the open record, until the next change. */
  get open(): Buffer {
    return this.#buffer.subarray(this.#start, this.#used);
  }

  /** Makes room for as many bytes at once. */
  expect(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#used);
    this.#buffer = grown;
  }

  append(chunk: Buffer, from: number, end: number): void {
    this.expect(end - from);
    this.#used += chunk.copy(this.#buffer, this.#used, from, end);
  }

  replaceOpen(bytes: Buffer): void {
    this.#used = this.#start;
    this.append(bytes, 0, bytes.length);
  }

  close(): void {
    this.#starts.push(this.#start);
    this.#ends.push(this.#used);
    this.#start = this.#used;
  }

  /** Takes the closed records out. */
  take(): Records {
    const bytes = this.#buffer.subarray(0, this.#start);
    const isSnug = bytes.length >= this.#buffer.length * leastUsedShare;
    const records = {
      count: this.count,
      bytes: isSnug ? bytes : Buffer.from(bytes),
      starts: Uint32Array.from(this.#starts),
      ends: Uint32Array.from(this.#ends),
    };
    const open = this.open;
    this.#buffer = Buffer.alloc(0);
    this.#used = 0;
    this.#start = 0;
    this.#starts = [];
    this.#ends = [];
    this.append(open, 0, open.length);
    return records;
  }
}
