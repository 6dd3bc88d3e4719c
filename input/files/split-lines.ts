// Splits a stream of bytes into lines without their line feeds. splitAllLines also gives what follows the last line feed.

const lineFeed = 0x0a;

export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  for await (const lines of linesOfChunks(chunks)) yield* lines;
}

export interface StreamLine {
  readonly bytes: Buffer;
  /** False for the bytes after the last line feed, which may be torn. */
  readonly isEnded: boolean;
}

export async function* splitAllLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<StreamLine> {
  let length = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      length += chunk.length;
      yield chunk;
    }
    yield Buffer.of(lineFeed);
  };
  let taken = 0;
  for await (const bytes of splitLines(counted())) {
    taken += bytes.length + 1;
    // The line feed that was added is the last byte, and no file holds it.
    const isEnded = taken <= length;
    if (isEnded || bytes.length > 0) yield { bytes, isEnded };
  }
}

/** Yields for each chunk the lines that end in it. */
export async function* linesOfChunks(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer[]> {
  let started: Buffer[] = [];
  for await (const part of chunks) {
    const chunk = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const rest = chunk.subarray(start, end);
      lines.push(started.length > 0 ? Buffer.concat([...started, rest]) : rest);
      started = [];
      start = end + 1;
    }
    if (start < chunk.length) started.push(chunk.subarray(start));
    yield lines;
  }
}
