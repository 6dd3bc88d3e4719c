// Slices of time, half-open, in milliseconds since the epoch, on whole seconds: the pieces in which a feed is read.

export interface Slice {
  readonly from: number;
  readonly to: number;
}

export const wholeSecondOf = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** The position of records: the slice in which they were found. */
export function writePosition({ from, to }: Slice): string {
  return `${new Date(from).toISOString()}/${new Date(to).toISOString()}`;
}

/** Undefined where the text is none. */
export function readPosition(text: string): Slice | undefined {
  const [from = '', to = ''] = text.split('/', 2);
  const slice = { from: Date.parse(from), to: Date.parse(to) };
  return slice.from < slice.to ? slice : undefined;
}

/** The oldest first, each on the same boundaries whenever it is cut. */
export function* cutAscending({ from, to }: Slice, lengthMs: number): Generator<Slice> {
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / lengthMs) + 1) * lengthMs);
    yield { from: start, to: end };
    start = end;
  }
}
