// The 20 bytes under which a record is remembered: its second, which keeps neighbours together on disk, then 128 bits
// that stand for its `_id`.

import { hash } from 'node:crypto';
import type { RecordKey } from '../contract.ts';

export const keyBytes = 20;

const largestSecond = 0xffffffff;

/** Packs the keys one after the other. */
export function packKeys(keys: readonly RecordKey[]): Buffer {
  const packed = Buffer.allocUnsafe(keys.length * keyBytes);
  let offset = 0;
  for (const key of keys) {
    packed.writeUInt32BE(clampSecond(key.seconds), offset);
    // Half of the digest; written as text because a Buffer per record costs three times as much.
    packed.write(hash('sha256', key.id, 'binary'), offset + 4, 16, 'binary');
    offset += keyBytes;
  }
  return packed;
}

/** A time outside what four bytes hold sorts first or last. */
export function clampSecond(seconds: number): number {
  if (!(seconds > 0)) return 0;
  return Math.min(Math.trunc(seconds), largestSecond);
}

/** The smallest key of a second. */
export function firstKeyOf(seconds: number): Buffer {
  const key = Buffer.alloc(keyBytes);
  key.writeUInt32BE(clampSecond(seconds));
  return key;
}
