// Keeps finished documents until they are delivered, outside of the heap, in buffers that are used again. As strings they
// would outlive the young generation, and most of the collector's memory would be their garbage.

export interface DocumentBuffer {
  /** Returns the text in UTF-8, valid until `release`. */
  add(text: string): Buffer;
  /** Gives the memory back, once nobody reads the bytes any more. Memory that is not given back is merely not used again. */
  release(): void;
}

const chunkBytes = 64 * 1024;
/** The most UTF-8 bytes of one UTF-16 unit. */
const bytesPerUnit = 3;

/** Returns a function that opens a buffer. Chunks beyond `maximumSpareBytes` are let go when they are given back. */
export function documentBuffers(maximumSpareBytes: number): () => DocumentBuffer {
  const spare: Buffer[] = [];
  const take = () => spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  const giveBack = (chunk: Buffer) => {
    if (spare.length * chunkBytes < maximumSpareBytes) spare.push(chunk);
  };
  return () => openBuffer(take, giveBack);
}

function openBuffer(take: () => Buffer, giveBack: (chunk: Buffer) => void): DocumentBuffer {
  const full: Buffer[] = [];
  let chunk: Buffer | undefined;
  let used = 0;
  return {
    add(text) {
      const most = text.length * bytesPerUnit;
      if (most > chunkBytes) return Buffer.from(text);
      if (chunk === undefined || used + most > chunkBytes) {
        if (chunk !== undefined) full.push(chunk);
        chunk = take();
        used = 0;
      }
      const from = used;
      used += chunk.write(text, from);
      return chunk.subarray(from, used);
    },
    release() {
      for (const each of full.splice(0)) giveBack(each);
      if (chunk !== undefined) giveBack(chunk);
      chunk = undefined;
    },
  };
}
