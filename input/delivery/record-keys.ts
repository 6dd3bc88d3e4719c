// The 20 bytes under which a record is remembered: its second, which keeps neighbours together on disk, then 128 bits
// that stand for its `_id`.

import { hash } from 'node:crypto';
import type { RecordKey } from '../contract.ts';

export const keyBytes = 20;

const largestSecond = 0xffffffff;
const guidLength = 36;

/** Packs the keys one after the other. */
export function packKeys(keys: readonly RecordKey[]): Buffer {
  const packed = Buffer.allocUnsafe(keys.length * keyBytes);
  let offset = 0;
  for (const { id, seconds } of keys) {
    packed.writeUInt32BE(clampSecond(seconds), offset);
    // Nearly all Ids are a tenant's GUID and a GUID: that has 128 bits already, and a digest costs ten times as much.
    if (!packGuids(id, packed, offset + 4)) packed.write(digest(id), offset + 4, 16, 'binary');
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

/** Half of it is used; as text, because a Buffer per record costs three times as much. */
function digest(text: string): string {
  return hash('sha256', text, 'binary');
}

/** What the GUIDs of the tenant seen last are mixed with; batches are of one tenant. */
let lastOwner = { prefix: '\0', mask: Buffer.alloc(0) };

/** Writes `<tenant>:<lower-case GUID>` as the GUID's bytes, mixed with the tenant's. False where the Id has another form. */
function packGuids(id: string, target: Buffer, offset: number): boolean {
  if (id.length !== 2 * guidLength + 1 || id[guidLength] !== ':') return false;
  if (!id.startsWith(lastOwner.prefix)) {
    const prefix = id.slice(0, guidLength + 1);
    lastOwner = { prefix, mask: Buffer.from(digest(prefix), 'binary') };
  }
  let at = guidLength + 1;
  for (let byte = 0; byte < 16; byte += 1) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) {
      if (id.charCodeAt(at) !== dash) return false;
      at += 1;
    }
    const high = hexDigits[id.charCodeAt(at)] ?? notHex;
    const low = hexDigits[id.charCodeAt(at + 1)] ?? notHex;
    if ((high | low) >= notHex) return false;
    target[offset + byte] = ((high << 4) | low) ^ (lastOwner.mask[byte] ?? 0);
    at += 2;
  }
  return true;
}

const dash = 0x2d;
const notHex = 16;

/** By character code. Lower case only: Ids that differ in case are different documents. */
const hexDigits = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? notHex : digit;
});
