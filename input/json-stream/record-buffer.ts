// The records of a batch while they are cut out of chunks, and the one that is still open. Every byte is copied into the
// buffer that the batch gets, also where a record straddles chunks, so nothing holds a chunk.

import type { BufferPool, PooledBuffer } from '../concurrency/buffer-pool.ts';
import type { Records } from '../contract/records.ts';

/** Records in a buffer of a pool. */
export interface PooledRecords extends Records {
  /** Gives the buffer back, once nobody reads the records any more. One that is kept is merely not used again. */
  release(): void;
}

const noBuffer: PooledBuffer = { buffer: Buffer.alloc(0), release: () => undefined };

/** The pool of those who keep nothing for later. */
const freshBuffers: BufferPool = (bytes) => ({
  buffer: Buffer.allocUnsafeSlow(bytes),
  release: () => undefined,
});

/** A buffer that is not larger is kept, however little of it is used. */
const smallBytes = 8 * 1024;

export class RecordBuffer {
  readonly #pool: BufferPool;
  #taken = noBuffer;
  #used = 0;
  /** The place where the open record begins. */
  #start = 0;
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(pool = freshBuffers) {
    this.#pool = pool;
  }

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
    return this.#taken.buffer.subarray(this.#start, this.#used);
  }

  /** Adds to the open record. What follows in the chunk is taken for records as well, and room is made for it at once. */
  append(chunk: Buffer, from: number, end: number): void {
    const needed = this.#used + chunk.length - from;
    const { length } = this.#taken.buffer;
    if (needed > length) this.#moveTo(Math.max(needed, length * 2));
    this.#used += chunk.copy(this.#taken.buffer, this.#used, from, end);
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
  take(): PooledRecords {
    if (this.count === 0) return asRecords(noBuffer, 0, [], []);
    const [starts, ends, used] = [this.#starts, this.#ends, this.#start];
    const rest = Buffer.from(this.open);
    const { length } = this.#taken.buffer;
    // Half of a buffer that stays empty would be held for as long as the batch is on its way.
    if (length > smallBytes && used * 2 <= length) this.#moveTo(used);
    const taken = this.#taken;
    this.#taken = noBuffer;
    this.#used = 0;
    this.#start = 0;
    this.#starts = [];
    this.#ends = [];
    this.append(rest, 0, rest.length);
    return asRecords(taken, used, starts, ends);
  }

  #moveTo(bytes: number): void {
    const next = this.#pool(bytes);
    this.#taken.buffer.copy(next.buffer, 0, 0, this.#used);
    this.#taken.release();
    this.#taken = next;
  }
}

function asRecords(
  { buffer, release }: PooledBuffer,
  used: number,
  starts: readonly number[],
  ends: readonly number[],
): PooledRecords {
  return {
    count: ends.length,
    bytes: buffer.subarray(0, used),
    starts: Uint32Array.from(starts),
    ends: Uint32Array.from(ends),
    release,
  };
}
