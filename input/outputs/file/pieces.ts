// What stands in a file that a crash, an editor or a bad disk may have been at: the documents, wherever they are whole,
// and the bytes between them that are none.

import type { RecordKey } from '../../contract/state.ts';
import { readLineKeys } from './line.ts';

export interface Piece {
  readonly bytes: Buffer;
  /** Of a document; undefined for bytes that are none. */
  readonly keys: readonly RecordKey[] | undefined;
  /** Where it begins in its file. */
  readonly at: number;
  /** True for a document that is a line by itself, with its line feed. */
  readonly inOrder: boolean;
}

const lineFeed = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const opening = Buffer.from('{"_id":');
/** No document is that long: more without a line feed is no line. */
const mostLineBytes = 64 * 1024 * 1024;
/** How many objects within a document may look like the beginning of one. */
const mostNested = 8;

/** Bytes that never reached the disk, or were skipped, hold nothing. */
export function isHole(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** All bytes of the chunks but line feeds, piece by piece. `start`: where the first chunk begins in its file. */
export async function* readPieces(chunks: AsyncIterable<Uint8Array>, start: number): AsyncIterable<Piece> {
  let at = start;
  for await (const { bytes, ended } of readLines(chunks)) {
    yield* piecesOfLine(bytes, at, ended);
    at += bytes.length + Number(ended);
  }
}

interface Line {
  readonly bytes: Buffer;
  /** By a line feed, which is not among the bytes. */
  readonly ended: boolean;
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Line> {
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
    if (waiting < mostLineBytes) continue;
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

/** Of one line without its line feed; `ended`: it had one. */
export function* piecesOfLine(line: Buffer, at: number, ended: boolean): Iterable<Piece> {
  const keys = readLineKeys(line);
  if (keys) return yield { bytes: line, keys, at, inOrder: ended };
  if (line.subarray(0, byteOrderMark.length).equals(byteOrderMark)) {
    yield { bytes: byteOrderMark, keys: undefined, at, inOrder: false };
    return yield* piecesOfLine(line.subarray(byteOrderMark.length), at + byteOrderMark.length, false);
  }
  yield* splitAtOpenings(line, at);
}

/** Documents that were written behind a torn one, a hole or another document, without a line feed between. */
function* splitAtOpenings(line: Buffer, at: number): Iterable<Piece> {
  const bounds = [...findOpenings(line), line.length];
  const piece = (from: number, to: number, keys?: readonly RecordKey[]): Piece => ({
    bytes: line.subarray(from, to),
    keys,
    at: at + from,
    inOrder: false,
  });
  const [first = 0] = bounds;
  if (first > 0 || line.length === 0) yield piece(0, first);
  for (let index = 0; index < bounds.length - 1; ) {
    const { ends, keys } = findDocument(line, bounds, index);
    yield piece(bounds[index] ?? 0, bounds[ends] ?? line.length, keys);
    index = ends;
  }
}

/** The document that begins at a bound, and the bound where it ends; where there is none, the bytes to the next. */
function findDocument(line: Buffer, bounds: readonly number[], begins: number) {
  const last = Math.min(begins + mostNested, bounds.length - 1);
  for (let ends = begins + 1; ends <= last; ends += 1) {
    const keys = readWholeKeys(line.subarray(bounds[begins], bounds[ends]));
    if (keys) return { ends, keys };
  }
  return { ends: begins + 1, keys: undefined };
}

/** An object in a torn document may look like one that begins there, but for the time. */
function readWholeKeys(bytes: Buffer): readonly RecordKey[] | undefined {
  return bytes.includes('"@timestamp":') ? readLineKeys(bytes) : undefined;
}

/** Text in a document cannot hold them: there, quotes are escaped. */
function findOpenings(line: Buffer): number[] {
  const found: number[] = [];
  for (let at = line.indexOf(opening); at >= 0; at = line.indexOf(opening, at + 1)) found.push(at);
  return found;
}
