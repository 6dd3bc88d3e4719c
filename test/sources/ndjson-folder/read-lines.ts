// The whole lines of a file from an offset on, each with where it begins.

import { open } from 'node:fs/promises';

export interface Line {
  /** In bytes from the beginning of the file. */
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

const chunkBytes = 64 * 1024;

/** What follows the last line feed is still being written, and left out. */
export async function* readLines(file: string, from = 0): AsyncGenerator<Line> {
  const handle = await open(file, 'r');
  try {
    let rest = Buffer.alloc(0);
    let offset = from;
    for (;;) {
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.alloc(chunkBytes),
        position: offset + rest.length,
      });
      if (bytesRead === 0) return;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield { offset, end: offset + end + 1, text: rest.toString('utf8', 0, end) };
        offset += end + 1;
        rest = rest.subarray(end + 1);
      }
    }
  } finally {
    await handle.close();
  }
}

/** The creation time of a record, ISO 8601 UTC. */
export function createdAt(text: string): string {
  const time = /"CreationTime":"([^"]+)"/.exec(text)?.[1] ?? '1970-01-01T00:00:00';
  return `${time.replace('Z', '')}Z`;
}
