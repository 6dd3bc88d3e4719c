// Writes documents as the bytes of their lines, into buffers that are used again.

import { bufferPool, type PooledBuffer } from '../../concurrency/buffer-pool.ts';
import type { OutputDocument } from '../../contract/output.ts';
import { splitLine } from './line.ts';

const lineFeed = 10;

/** Returns a buffer that is exactly as long as the lines. */
export type WriteLines = (documents: readonly OutputDocument[], ingested: string) => PooledBuffer;

export function lineBuffers(): WriteLines {
  const takeBuffer = bufferPool();
  return (documents, ingested) => {
    const lines = documents.map((document) => splitLine(document, ingested));
    const bytes = lines.reduce((sum, { head, rest }) => sum + Buffer.byteLength(head) + rest.length + 1, 0);
    const { buffer, release } = takeBuffer(bytes);
    let length = 0;
    for (const { head, rest } of lines) {
      length += buffer.write(head, length);
      length += rest.copy(buffer, length);
      buffer[length] = lineFeed;
      length += 1;
    }
    return { buffer: buffer.subarray(0, length), release };
  };
}
