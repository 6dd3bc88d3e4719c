// Splits bytes into lines and finds the documents in them. A line without a document is counted and left out; a
// document that stands whole in a line, behind a torn one, is kept.

import { isObject, parseJson } from '../../pipelines/json/unknown.ts';
import { segmentsOfLine } from '../outputs/file/file-segments.ts';

export interface LocalDocument {
  readonly tree: Readonly<Record<string, unknown>>;
  /** The document's text as it stands in the file. */
  readonly line: Buffer;
}

const lineFeed = 0x0a;
/** A longer line is no document, and is not held in memory. */
const mostLineBytes = 64 * 1024 * 1024;

export class DocumentLines {
  /** The number of lines that are no document, or more than one. */
  damaged = 0;
  #started: Buffer[] = [];
  #waiting = 0;
  /** True within a line that is too long to be held. */
  #isSkipping = false;

  /** Returns the documents that end in the chunk, which is not kept. */
  push(chunk: Buffer): LocalDocument[] {
    const found: LocalDocument[] = [];
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      found.push(...this.#end(chunk.subarray(from, end)));
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return found;
  }

  /**
   * Returns the document after the last line feed, where it is whole; it is not given again when its line feed comes.
   */
  takeRest(): LocalDocument[] {
    const rest = parse(Buffer.concat(this.#started));
    if (rest === undefined) return [];
    this.#started = [];
    this.#waiting = 0;
    return [rest];
  }

  /** True where the last line feed is followed by something that is no document, or not yet one. */
  get isUnfinished(): boolean {
    return this.#waiting > 0;
  }

  #end(end: Buffer): LocalDocument[] {
    const line = this.#started.length > 0 ? Buffer.concat([...this.#started, end]) : end;
    const wasSkipping = this.#isSkipping;
    this.#started = [];
    this.#waiting = 0;
    this.#isSkipping = false;
    if (wasSkipping) {
      this.damaged += 1;
      return [];
    }
    return this.#read(line);
  }

  #read(line: Buffer): LocalDocument[] {
    const whole = parse(line);
    if (whole !== undefined) return [whole];
    if (line.every((byte) => byte === 0x20 || byte === 0x0d)) return [];
    this.damaged += 1;
    return [...segmentsOfLine(line, 0, true)].flatMap(({ bytes, keys }) =>
      keys === undefined ? [] : (parse(bytes) ?? []),
    );
  }

  /** The rest is copied, because the chunk's bytes are used again. */
  #keep(start: Buffer): void {
    if (start.length === 0 || this.#isSkipping) return;
    this.#started.push(Buffer.from(start));
    this.#waiting += start.length;
    if (this.#waiting <= mostLineBytes) return;
    this.#isSkipping = true;
    this.#started = [];
  }
}

function parse(line: Buffer): LocalDocument | undefined {
  if (line.length === 0) return undefined;
  const value = parseJson(line.toString());
  return isObject(value) ? { tree: value, line } : undefined;
}
