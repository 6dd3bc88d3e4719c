// Documents as the bytes of their lines. The parts of a line are encoded one by one, because a long text with a single
// character beyond Latin-1 takes four times as long, and into buffers that are used again, because fresh ones cost more
// than what is written to them.

import type { OutputDocument } from '../../contract.ts';
import { splitLine } from './line.ts';

export interface WrittenLines {
  readonly bytes: Buffer;
  /** To be called once nobody reads the bytes any more. */
  release(): void;
}

const lineFeed = 10;
const mostSpare = 16;

export class LineBuffers {
  readonly #spare: Buffer[] = [];

  write(documents: readonly OutputDocument[], ingested: string): WrittenLines {
    const parts = documents.map((document) => splitLine(document, ingested));
    // UTF-8 takes at most three bytes for each unit of a string; pages that are not written to cost nothing.
    const most = parts.reduce((sum, { head, tail }) => sum + (head.length + tail.length) * 3 + 1, 0);
    const buffer = this.#take(most);
    let length = 0;
    for (const { head, tail } of parts) {
      length += buffer.write(head, length);
      length += buffer.write(tail, length);
      buffer[length] = lineFeed;
      length += 1;
    }
    return { bytes: buffer.subarray(0, length), release: () => this.#giveBack(buffer) };
  }

  /** A spare one that is too small is let go: the next will be as large as is usual now. */
  #take(bytes: number): Buffer {
    const spare = this.#spare.pop();
    if (spare && spare.length >= bytes) return spare;
    return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))));
  }

  #giveBack(buffer: Buffer): void {
    if (this.#spare.length < mostSpare) this.#spare.push(buffer);
  }
}
