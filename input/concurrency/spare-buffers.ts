// Buffers that are used again: five fresh megabytes for each request would leave the garbage collector far behind, and
// cost more than what is written to them. As many are kept as were ever in use at once.

export interface LentBuffer {
  readonly buffer: Buffer;
  /** To be called once nobody reads the bytes any more; where it is not called, they are merely not used again. */
  release(): void;
}

export type LendBuffer = (bytes: number) => LentBuffer;

export function spareBuffers(): LendBuffer {
  const spare: Buffer[] = [];
  return (bytes) => {
    const last = spare.pop();
    // One that is too small is let go: the next will be as large as is usual now.
    const buffer = last && last.length >= bytes ? last : Buffer.allocUnsafeSlow(roundUp(bytes));
    return { buffer, release: () => void spare.push(buffer) };
  };
}

/** To a power of two, so that what is of about one size fits each other's buffers; untouched pages cost nothing. */
function roundUp(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096)));
}
