// A pool of buffers of sizes that vary a lot and that are in use for as long as a delivery takes. Fresh ones would outlive
// the young generation, and their memory would come back only when the whole heap is collected.

import type { BufferPool } from './buffer-pool.ts';

const leastBytes = 8 * 1024;

/** A buffer is less than twice as large as was asked for, or 8 KiB. Spare ones beyond `maximumSpareBytes` are let go. */
export function sizedBuffers(maximumSpareBytes: number): BufferPool {
  const spare = new Map<number, Buffer[]>();
  let spareBytes = 0;
  const take = (size: number) => {
    const found = spare.get(size)?.pop();
    if (found !== undefined) spareBytes -= size;
    return found ?? Buffer.allocUnsafeSlow(size);
  };
  const giveBack = (buffer: Buffer) => {
    const size = buffer.length;
    if (spareBytes + size > maximumSpareBytes) return;
    spareBytes += size;
    const known = spare.get(size);
    if (known) known.push(buffer);
    else spare.set(size, [buffer]);
  };
  return (bytes) => {
    const buffer = take(2 ** Math.ceil(Math.log2(Math.max(bytes, leastBytes))));
    let isTaken = true;
    const release = () => {
      if (isTaken) giveBack(buffer);
      isTaken = false;
    };
    return { buffer, release };
  };
}
