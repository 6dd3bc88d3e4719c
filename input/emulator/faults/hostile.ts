// Makes hostile records: valid JSON that breaks careless parsers, and bytes that are not quite JSON. Their Ids are a
// function of the batch they are put into, so that the truth can name them.

import { guidSeries } from '../world/random.ts';
import type { BodyPiece, ServedRecords } from './served-records.ts';

export const hostileKinds = [
  'deep',
  'proto',
  'invalid-utf8',
  'lone-surrogates',
  'long-number',
  'duplicate-keys',
  'control-characters',
  'odd-keys',
  'many-keys',
  'wrong-types',
  'no-id',
  'not-an-object',
] as const;

export type HostileKind = (typeof hostileKinds)[number];

export interface HostileRecord {
  /** The Id, or undefined for a record without one. */
  readonly id: string | undefined;
  /** The pieces of its JSON; bytes where it is no valid text. */
  readonly pieces: readonly BodyPiece[];
}

const bodies: Record<HostileKind, (open: string) => readonly BodyPiece[]> = {
  deep: (open) => [
    `${open},"Deep":${'['.repeat(10_000)}1${']'.repeat(10_000)},"Nested":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
  ],
  proto: (open) => [
    `${open},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"x","hasOwnProperty":1,"ExtendedProperties":[{"Name":"__proto__","Value":"x"}]}`,
  ],
  'invalid-utf8': (open) => [
    `${open},"ObjectId":"before `,
    Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80),
    ` after"}`,
  ],
  'lone-surrogates': (open) => [`${open},"ObjectId":"\\ud800 alone \\udfff","\\udc00":"key"}`],
  'long-number': (open) => [
    `${open},"Size":${'7'.repeat(400)},"Float":0.${'3'.repeat(400)},"Power":1e400,"Minus":-0,"Id64":9007199254740993}`,
  ],
  'duplicate-keys': (open) => [
    `${open},"ObjectId":"first","ObjectId":"second","Data":{"QueryTime":1,"QueryTime":2,"QueryTime":[3]}}`,
  ],
  'control-characters': (open) => [
    `${open},"ObjectId":"nul \\u0000 bell \\u0007 line\\r\\n\\u2028 rtl \\u202e","Raw":"\u2028\u2029\u007f\ufeff"}`,
  ],
  'odd-keys': (open) => [
    `${open},"":"empty",".":"dot","a..b":"dots"," ":"blank","${'k'.repeat(2_000)}":"long","a.b":1,"a":{"b":2}}`,
  ],
  'many-keys': (open) => [open, ...Array.from({ length: 5_000 }, (_, i) => `,"Key${i}":${i}`), '}'],
  'wrong-types': (open) => [
    `${open},"UserId":{"a":1},"ClientIP":["203.0.113.7",null,7],"Parameters":"text","ModifiedProperties":["text"],"ExtendedProperties":{"Name":1},"ResultStatus":true,"Members":12}`,
  ],
  'no-id': () => [
    '{"CreationTime":"2026-11-20T07:58:41","Operation":"NoIdentity","RecordType":6,"Workload":"OneDrive"}',
  ],
  'not-an-object': () => ['null,42,"text",[],[{"Id":"inside an array"}],true'],
};

const withoutId: ReadonlySet<HostileKind> = new Set(['no-id', 'not-an-object']);

/** Makes one record of each kind (for `not-an-object`: six values), as they follow each other in a body. */
export function makeHostile(kinds: readonly HostileKind[], batch: ServedRecords): HostileRecord[] {
  const guid = guidSeries('hostile', batch.contentId);
  return kinds.map((kind) => {
    const id = guid(hostileKinds.indexOf(kind));
    const pieces = bodies[kind](batch.beginRecord(id, 'Hostile'));
    return { id: withoutId.has(kind) ? undefined : id, pieces };
  });
}

/** Makes a single record of at least so many bytes, in pieces. */
export function* makeGiant(id: string, batch: ServedRecords, bytes: number): Generator<string> {
  yield `${batch.beginRecord(id, 'Giant')},"Data":"`;
  const piece = 'x'.repeat(64 * 1024);
  for (let left = bytes; left > 0; left -= piece.length)
    yield left < piece.length ? piece.slice(0, left) : piece;
  yield '"}';
}
