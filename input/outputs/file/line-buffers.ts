// Documents as the bytes of their lines.

import { type LentBuffer, spareBuffers } from '../../concurrency/spare-buffers.ts';
import type { OutputDocument } from '../../contract/output.ts';
import { splitLine } from './line.ts';

const lineFeed = 10;

/** The buffer given is as long as what is in it. */
export type WriteLines = (documents: readonly OutputDocument[], ingested: string) => LentBuffer;

export function lineBuffers(): WriteLines {
  const lend = spareBuffers();
  return (documents, ingested) => {
    const lines = documents.map((document) => splitLine(document, ingested));
    const bytes = lines.reduce((sum, { head, rest }) => sum + Buffer.byteLength(head) + rest.length + 1, 0);
    const { buffer, release } = lend(bytes);
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
