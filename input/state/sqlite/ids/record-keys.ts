// The 20 bytes under which a record is remembered: its second, which keeps neighbours together on disk, then 128 bits
// that stand for its `_id`.

import { hash } from 'node:crypto';
import type { RecordKey } from '../../../contract/state.ts';

export const keyBytes = 20;

const largestSecond = 0xffffffff;
const guidLength = 36;

/** Packs the keys one after the other. */
export function packKeys(keys: readonly RecordKey[]): Buffer {
  const packed = Buffer.from(new ArrayBuffer(keys.length * keyBytes));
  const view = new DataView(packed.buffer);
  let offset = 0;
  for (const { id, seconds } of keys) {
    view.setUint32(offset, clampSecond(seconds));
    // Nearly all Ids are a tenant's GUID and a GUID: that has 128 bits already, and needs no digest.
    if (!packGuids(id, view, offset + 4)) packed.write(digest(id), offset + 4, 16, 'binary');
    offset += keyBytes;
  }
  return packed;
}

/** A time outside what four bytes hold sorts first or last. */
function clampSecond(seconds: number): number {
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

/** The mask of the GUIDs of the tenant seen last; batches are of one tenant. */
let lastOwner = { prefix: '\0', mask: new DataView(new ArrayBuffer(16)) };

function setOwner(prefix: string): void {
  const mask = new DataView(new ArrayBuffer(16));
  const bytes = Buffer.from(digest(prefix), 'binary');
  for (let byte = 0; byte < 16; byte += 1) mask.setUint8(byte, bytes[byte] ?? 0);
  lastOwner = { prefix, mask };
}

/** Writes `<tenant>:<lower-case GUID>` as the GUID's bytes, mixed with the tenant's. False where the Id has another form. */
function packGuids(id: string, target: DataView, offset: number): boolean {
  if (id.length !== 2 * guidLength + 1 || !hasDashes(id)) return false;
  const first = readHex(id, 37, 41);
  const second = readHex(id, 46, 51);
  const third = readHex(id, 56, 61);
  const fourth = readHex(id, 65, 69);
  if (first < 0 || second < 0 || third < 0 || fourth < 0) return false;
  if (!id.startsWith(lastOwner.prefix)) setOwner(id.slice(0, guidLength + 1));
  const { mask } = lastOwner;
  target.setUint32(offset, first ^ mask.getUint32(0));
  target.setUint32(offset + 4, second ^ mask.getUint32(4));
  target.setUint32(offset + 8, third ^ mask.getUint32(8));
  target.setUint32(offset + 12, fourth ^ mask.getUint32(12));
  return true;
}

const dash = 0x2d;
const colon = 0x3a;
const notHex = 16;

/**
 * The value of a digit by its character code. Only lower case counts: Ids that differ in case are different documents.
 */
const hexDigits = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? notHex : digit;
});

const digitAt = (text: string, at: number) => hexDigits[text.charCodeAt(at)] ?? notHex;

/** The GUID behind the tenant's: 8, 4, 4, 4 and 12 digits. */
function hasDashes(id: string): boolean {
  return (
    id.charCodeAt(guidLength) === colon &&
    id.charCodeAt(45) === dash &&
    id.charCodeAt(50) === dash &&
    id.charCodeAt(55) === dash &&
    id.charCodeAt(60) === dash
  );
}

/** Eight digits, four at each place, as an unsigned number; -1 where one is none. Unrolled, as it runs for every record. */
function readHex(text: string, high: number, low: number): number {
  const a = digitAt(text, high);
  const b = digitAt(text, high + 1);
  const c = digitAt(text, high + 2);
  const d = digitAt(text, high + 3);
  const e = digitAt(text, low);
  const f = digitAt(text, low + 1);
  const g = digitAt(text, low + 2);
  const h = digitAt(text, low + 3);
  if ((a | b | c | d | e | f | g | h) >= notHex) return -1;
  return ((a << 28) | (b << 24) | (c << 20) | (d << 16) | (e << 12) | (f << 8) | (g << 4) | h) >>> 0;
}
