// A pool of buffers that are used again: five fresh megabytes for each request would leave the garbage collector far
// behind, and cost more than writing to them. The pool keeps as many as were ever in use at once.

export interface PooledBuffer {
  readonly buffer: Buffer;
  /** Gives the buffer back, once nobody reads it any more. A buffer that is not given back is merely not used again. */
  release(): void;
}

export type BufferPool = (bytes: number) => PooledBuffer;

export function bufferPool(): BufferPool {
  const spare: Buffer[] = [];
  return (bytes) => {
    const last = spare.pop();
    // A buffer that is too small is let go: the next will be as large as is usual now.
    const buffer = last && last.length >= bytes ? last : Buffer.allocUnsafeSlow(roundUp(bytes));
    return { buffer, release: () => void spare.push(buffer) };
  };
}

/** Rounds up to a power of two, so that requests of similar sizes share buffers; untouched pages cost nothing. */
function roundUp(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096)));
}
