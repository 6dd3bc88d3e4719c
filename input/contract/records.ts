// Records on their way from a source to the mapper, as the bytes that were served: one buffer, and where in it each record
// is. They become text one by one, where each is read, because text of a whole batch would fill the heap.

/** Plain data, which can be handed on whole. The arrays have an entry for each record, in the order of the source. */
export interface Records {
  readonly count: number;
  /** Valid UTF-8. The bytes between two records mean nothing. */
  readonly bytes: Buffer;
  /** The index at which the JSON text of each record begins. */
  readonly starts: Uint32Array;
  /** The index after its last byte. */
  readonly ends: Uint32Array;
}

/** Returns the JSON text of a record. */
export function textOf({ count, bytes, starts, ends }: Records, index: number): string {
  const [start, end] = [starts[index], ends[index]];
  if (start === undefined || end === undefined) throw new RangeError(`no record ${index} among ${count}`);
  return bytes.toString('utf8', start, end);
}

/** Yields the JSON text of each record. */
export function* textsOf(records: Records): Generator<string> {
  for (let index = 0; index < records.count; index += 1) yield textOf(records, index);
}

/** Puts texts that were read one by one into a buffer. */
export function recordsOf(texts: readonly string[]): Records {
  const encoded = texts.map((text) => Buffer.from(text));
  const ends = new Uint32Array(encoded.length);
  let length = 0;
  for (const [index, bytes] of encoded.entries()) {
    length += bytes.length;
    ends[index] = length;
  }
  const starts = ends.map((end, index) => end - (encoded[index]?.length ?? 0));
  return { count: texts.length, bytes: Buffer.concat(encoded), starts, ends };
}
