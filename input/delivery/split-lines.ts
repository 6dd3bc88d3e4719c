// Lines of a stream as bytes, without their line feed. What follows the last line feed is not a line.

const lineFeed = 0x0a;

export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  for await (const lines of linesOfChunks(chunks)) yield* lines;
}

/** Of each chunk, the lines that end in it. */
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
