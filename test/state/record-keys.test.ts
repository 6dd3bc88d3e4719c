import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyBytes, packKeys } from '../../input/state/sqlite/ids/record-keys.ts';

const pack = (id: string, seconds = 7) => packKeys([{ id, seconds }]).toString('hex');

describe('the packed key of a record', () => {
  test('differs for Ids that differ, in whatever form they come', () => {
    const guid = fc.uuid();
    const tenant = fc.constantFrom(
      '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
      '1b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7',
    );
    const spoilt = fc
      .tuple(guid, fc.nat(35), fc.string({ minLength: 1, maxLength: 1 }))
      .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1));
    const rest = fc.oneof(
      guid,
      guid.map((text) => text.toUpperCase()),
      spoilt,
      fc.string(),
    );
    const id = fc.tuple(tenant, rest).map(([owner, own]) => `${owner}:${own}`);
    fc.assert(
      fc.property(fc.array(id, { maxLength: 20 }), (ids) => {
        expect(new Set(ids.map((each) => pack(each))).size).toBe(new Set(ids).size);
      }),
    );
  });

  test('does not depend on what was packed before or beside it', () => {
    const id = fc.tuple(fc.uuid(), fc.uuid()).map((parts) => parts.join(':'));
    fc.assert(
      fc.property(fc.array(fc.record({ id, seconds: fc.nat() }), { maxLength: 8 }), (keys) => {
        const packed = packKeys(keys);
        keys.forEach((key, n) => {
          expect(packed.toString('hex', n * keyBytes, (n + 1) * keyBytes)).toBe(pack(key.id, key.seconds));
        });
      }),
    );
  });

  // A ledger outlives the version that wrote it.
  test('stays as it is', () => {
    expect(
      pack('0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7:00112233-4455-6677-8899-aabbccddeeff', 0x01020304),
    ).toMatchInlineSnapshot(`"01020304d7ebc96d85aaf216f0c7b83f6916bf16"`);
    expect(pack('h:00', -1)).toMatchInlineSnapshot(`"000000006eccc9dc463053c1d160ca326367d160"`);
    expect(pack('h:00', 2 ** 40).slice(0, 8)).toBe('ffffffff');
    expect(pack('h:00', Number.NaN).slice(0, 8)).toBe('00000000');
  });
});
