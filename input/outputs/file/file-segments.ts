// Reads the segments of an NDJSON file that a crash, an editor or a bad disk may have damaged: the documents, wherever they
// are whole, and the bytes between them that are none.

import type { RecordKey } from '../../contract/state.ts';
import { readLineKeys } from './line.ts';

export interface FileSegment {
  readonly bytes: Buffer;
  /** The keys of a document; undefined for bytes that are none. */
  readonly keys: readonly RecordKey[] | undefined;
  /** The offset in its file. */
  readonly at: number;
  /** True for a document that is a line by itself, with its line feed. */
  readonly isWholeLine: boolean;
}

const lineFeed = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const opening = Buffer.from('{"_id":');
/** No document is this long, so more bytes without a line feed are no line. */
const maximumLineBytes = 64 * 1024 * 1024;
/** The number of objects within a document that may look like the beginning of one. */
const maximumNested = 8;

/** True for zero bytes, which stand where bytes were skipped or never reached the disk. */
export function isHole(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Yields all bytes of the chunks but line feeds. `start`: the offset of the first chunk in its file. */
export async function* readSegments(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
): AsyncIterable<FileSegment> {
  let at = start;
  for await (const { bytes, ended } of readLines(chunks)) {
    yield* segmentsOfLine(bytes, at, ended);
    at += bytes.length + Number(ended);
  }
}

interface NdjsonLine {
  readonly bytes: Buffer;
  /** True where a line feed follows, which is not among the bytes. */
  readonly ended: boolean;
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<NdjsonLine> {
  let started: Buffer[] = [];
  let waiting = 0;
  const take = (rest: Buffer) => {
    const bytes = started.length > 0 ? Buffer.concat([...started, rest]) : rest;
    started = [];
    waiting = 0;
    return bytes;
  };
  for await (const part of chunks) {
    const chunk = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      yield { bytes: take(chunk.subarray(from, end)), ended: true };
      from = end + 1;
    }
    started.push(chunk.subarray(from));
    waiting += chunk.length - from;
    if (waiting < maximumLineBytes) continue;
    const long = take(Buffer.alloc(0));
    // A document may have begun behind a hole.
    const cut = long.lastIndexOf(opening);
    const end = cut > 0 ? cut : long.length;
    yield { bytes: long.subarray(0, end), ended: false };
    started = [long.subarray(end)];
    waiting = long.length - end;
  }
  if (waiting > 0) yield { bytes: take(Buffer.alloc(0)), ended: false };
}

/** Yields the segments of a line that is given without its line feed; `ended`: it had one. */
export function* segmentsOfLine(line: Buffer, at: number, ended: boolean): Iterable<FileSegment> {
  const keys = readLineKeys(line);
  if (keys) return yield { bytes: line, keys, at, isWholeLine: ended };
  if (line.subarray(0, byteOrderMark.length).equals(byteOrderMark)) {
    yield { bytes: byteOrderMark, keys: undefined, at, isWholeLine: false };
    return yield* segmentsOfLine(line.subarray(byteOrderMark.length), at + byteOrderMark.length, false);
  }
  yield* splitAtOpenings(line, at);
}

/** Yields documents that follow a torn one, a hole or another document without a line feed between. */
function* splitAtOpenings(line: Buffer, at: number): Iterable<FileSegment> {
  const bounds = [...findOpenings(line), line.length];
  const segment = (from: number, to: number, keys?: readonly RecordKey[]): FileSegment => ({
    bytes: line.subarray(from, to),
    keys,
    at: at + from,
    isWholeLine: false,
  });
  const [first = 0] = bounds;
  if (first > 0 || line.length === 0) yield segment(0, first);
  for (let index = 0; index < bounds.length - 1; ) {
    const { ends, keys } = findDocument(line, bounds, index);
    yield segment(bounds[index] ?? 0, bounds[ends] ?? line.length, keys);
    index = ends;
  }
}

/** Finds the document that begins at a bound, and the bound where it ends; where there is none, that is the next bound. */
function findDocument(line: Buffer, bounds: readonly number[], begins: number) {
  const last = Math.min(begins + maximumNested, bounds.length - 1);
  for (let ends = begins + 1; ends <= last; ends += 1) {
    const keys = readWholeKeys(line.subarray(bounds[begins], bounds[ends]));
    if (keys) return { ends, keys };
  }
  return { ends: begins + 1, keys: undefined };
}

/** Reads the keys of a document with a time: an object inside a torn document looks like one, but has none. */
function readWholeKeys(bytes: Buffer): readonly RecordKey[] | undefined {
  return bytes.includes('"@timestamp":') ? readLineKeys(bytes) : undefined;
}

/** Finds the offsets of `{"_id":`, which text in a document cannot hold, because its quotes are escaped. */
function findOpenings(line: Buffer): number[] {
  const found: number[] = [];
  for (let at = line.indexOf(opening); at >= 0; at = line.indexOf(opening, at + 1)) found.push(at);
  return found;
}
