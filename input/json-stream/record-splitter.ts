// Cuts the body of a content blob into its records while the bytes arrive: a state machine that knows strings and nesting
// and nothing else. The reader of a record finds out whether it is valid JSON.

import { isAscii, isUtf8 } from 'node:buffer';
import type { BufferPool } from '../concurrency/buffer-pool.ts';
import { type PooledRecords, RecordBuffer } from './record-buffer.ts';
import { fillWindow, type NestedState, scanNested, windowBytes } from './scan-nested.ts';

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;

/** The part of the body to which the next byte belongs. */
type SplitterState =
  | 'start'
  | 'before'
  | 'nested'
  | 'string'
  | 'scalar'
  | 'after'
  | 'done'
  | 'foreign'
  | 'malformed';

/** The bytes kept of a body that is no array: enough for any error of Microsoft's, or a single record. */
const foreignLimit = 64 * 1024;
const excerptBytes = 64;

/** The way in which a body ended. */
export type BodyEnd =
  | { readonly kind: 'complete' }
  /** The body broke off inside the array, or was empty. */
  | { readonly kind: 'truncated' }
  /** The body is no array: an error as a map, a single object, a page of HTML. `text` is its beginning. */
  | { readonly kind: 'foreign'; readonly text: string; readonly whole: boolean }
  /** A byte stands where none can: between two records, or after the end of the array. */
  | { readonly kind: 'malformed'; readonly at: number; readonly text: string };

export interface SplitOptions {
  readonly maximumRecordBytes: number;
  /** The pool of the buffers that records are taken out in. Absent: each is a fresh one. */
  readonly buffers?: BufferPool;
  /** Called with each piece of a record longer than the maximum; `last` is true for the last. The callee owns the bytes. */
  readonly onOversized: (piece: Uint8Array, last: boolean) => void;
  /** Called with what follows the array. Without it anything but white space there is malformed. */
  readonly onRest?: (bytes: Uint8Array) => void;
}

/** Takes bytes with `push`, gives records with `take`, and says with `end` how the body ended. */
export class RecordSplitter {
  readonly #options: SplitOptions;
  readonly #records: RecordBuffer;
  #repaired = 0;
  #state: SplitterState = 'start';
  readonly #nested: NestedState = { depth: 0, inString: 0, escaped: 0 };
  /** True when a backslash escapes the next byte, in a string that is a record of its own. */
  #escaped = false;
  /** True when all chunks that brought the current record were ASCII, and its bytes need no closer look. */
  #isAscii = true;
  #oversized = false;
  #offset = 0;
  #malformed = { at: 0, text: '' };

  constructor(options: SplitOptions) {
    this.#options = options;
    this.#records = new RecordBuffer(options.buffers);
  }

  /** The number of records waiting to be taken. */
  get count(): number {
    return this.#records.count;
  }

  /** The bytes of these records. */
  get bytes(): number {
    return this.#records.bytes;
  }

  /** The number of records with invalid UTF-8; each such sequence became U+FFFD. */
  get repaired(): number {
    return this.#repaired;
  }

  /** True when nothing that may still come can be a record. */
  get isOver(): boolean {
    return this.#state === 'malformed';
  }

  take(): PooledRecords {
    return this.#records.take();
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += windowBytes)
      this.#pushPiece(bytes.subarray(at, at + windowBytes));
  }

  end(): BodyEnd {
    if (this.#state === 'done') return { kind: 'complete' };
    if (this.#state === 'malformed') return { kind: 'malformed', ...this.#malformed };
    if (this.#state !== 'foreign') return { kind: 'truncated' };
    const bytes = this.#records.open;
    return { kind: 'foreign', text: bytes.toString(), whole: bytes.length < foreignLimit };
  }

  #pushPiece(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const ascii = isAscii(chunk);
    fillWindow(chunk);
    for (let at = 0; at < chunk.length; ) {
      at = this.#isInRecord() ? this.#record(chunk, at, ascii) : this.#between(chunk, at);
    }
    this.#offset += chunk.length;
  }

  #isInRecord(): boolean {
    return this.#state === 'nested' || this.#state === 'scalar' || this.#state === 'string';
  }

  /** Consumes bytes outside of records, and returns the index of the next one to look at. */
  #between(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#state === 'done' && this.#options.onRest) {
        this.#options.onRest(chunk.subarray(at));
        return chunk.length;
      }
      if (this.#state === 'foreign') return this.#keepForeign(chunk, at);
      if (this.#state === 'malformed') return chunk.length;
      if (isWhitespace(byte) || (this.#state === 'start' && this.#isByteOrderMark(byte, this.#offset + at)))
        continue;
      this.#state = this.#step(byte, chunk, at);
      if (this.#state === 'foreign' || this.#isInRecord()) return at;
    }
    return chunk.length;
  }

  #step(byte: number, chunk: Buffer, at: number): SplitterState {
    if (this.#state === 'start') return byte === openBracket ? 'before' : 'foreign';
    if (byte === closeBracket && this.#state !== 'done') return 'done';
    if (this.#state === 'after' && byte === comma) return 'before';
    if (this.#state === 'before' && byte !== comma) return stateInRecord(byte);
    this.#malformed = { at: this.#offset + at, text: chunk.toString('utf8', at, at + excerptBytes) };
    return 'malformed';
  }

  #isByteOrderMark(byte: number, position: number): boolean {
    return (
      (position === 0 && byte === 0xef) ||
      (position === 1 && byte === 0xbb) ||
      (position === 2 && byte === 0xbf)
    );
  }

  #keepForeign(chunk: Buffer, from: number): number {
    const room = foreignLimit - this.#records.openBytes;
    this.#records.append(chunk, from, Math.min(chunk.length, from + room));
    return chunk.length;
  }

  /** Consumes bytes of the current record, and returns the index of the next one to look at. */
  #record(chunk: Buffer, from: number, ascii: boolean): number {
    const end = this.#findEnd(chunk, from);
    const isLast = end >= 0;
    const to = isLast ? end : chunk.length;
    if (this.#oversized || this.#records.openBytes + to - from > this.#options.maximumRecordBytes)
      this.#handOn(chunk.subarray(from, to), isLast);
    else {
      this.#records.append(chunk, from, to);
      this.#isAscii &&= ascii;
      if (isLast) this.#finish();
    }
    if (isLast) this.#state = 'after';
    return to;
  }

  /** Returns the index after the record; -1 when it goes on in the next chunk. */
  #findEnd(chunk: Buffer, from: number): number {
    if (this.#state === 'nested') return scanNested(from, chunk.length, this.#nested);
    return this.#state === 'string' ? this.#scanString(chunk, from) : scanScalar(chunk, from);
  }

  #scanString(chunk: Uint8Array, from: number): number {
    const isFirst = this.#records.openBytes === 0 && !this.#oversized;
    for (let at = isFirst ? from + 1 : from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) return at + 1;
    }
    return -1;
  }

  #finish(): void {
    if (!this.#isAscii) this.#repair();
    this.#isAscii = true;
    this.#records.close();
  }

  #repair(): void {
    const bytes = this.#records.open;
    if (isUtf8(bytes)) return;
    this.#repaired++;
    this.#records.replaceOpen(Buffer.from(bytes.toString()));
  }

  /** Hands a piece of an oversized record on; before the first one what is there of it already. */
  #handOn(piece: Uint8Array, isLast: boolean): void {
    if (this.#records.openBytes > 0) {
      this.#options.onOversized(Buffer.from(this.#records.open), false);
      this.#records.replaceOpen(Buffer.alloc(0));
    }
    this.#options.onOversized(piece, isLast);
    this.#isAscii = true;
    this.#oversized = !isLast;
  }
}

function stateInRecord(byte: number): SplitterState {
  if (byte === openBrace || byte === openBracket) return 'nested';
  return byte === quote ? 'string' : 'scalar';
}

/** Returns the index after a number, a literal or rubbish, which ends before a comma, bracket or white space; or -1. */
function scanScalar(chunk: Uint8Array, from: number): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0;
    if (byte === comma || byte === closeBracket || isWhitespace(byte)) return at;
  }
  return -1;
}

function isWhitespace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
