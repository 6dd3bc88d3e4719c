// Documents as the bytes of their lines, in buffers that are used again, because fresh ones cost more than what is
// written to them.

import type { OutputDocument } from '../../contract.ts';
import { splitLine } from './line.ts';

export interface WrittenLines {
  readonly bytes: Buffer;
  /** To be called once nobody reads the bytes any more. */
  release(): void;
}

const lineFeed = 10;
const mostSpare = 4;

export class LineBuffers {
  readonly #spare: Buffer[] = [];

  write(documents: readonly OutputDocument[], ingested: string): WrittenLines {
    const lines = documents.map((document) => splitLine(document, ingested));
    const bytes = lines.reduce((sum, { head, rest }) => sum + Buffer.byteLength(head) + rest.length + 1, 0);
    const buffer = this.#take(bytes);
    let length = 0;
    for (const { head, rest } of lines) {
      length += buffer.write(head, length);
      length += rest.copy(buffer, length);
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
