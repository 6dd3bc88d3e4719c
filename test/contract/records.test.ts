import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recordsOf, textOf, textsOf } from '../../input/contract/records.ts';

test('texts come back from the buffer as they went in', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const records = recordsOf(texts);
      expect([...textsOf(records)]).toEqual(texts);
      expect(texts.map((_, index) => textOf(records, index))).toEqual(texts);
      expect(records.bytes.length).toBe(texts.reduce((sum, each) => sum + Buffer.byteLength(each), 0));
    }),
  );
});

test('a record that is not there is an error, not an empty text', () => {
  expect(() => textOf(recordsOf(['{}']), 1)).toThrow('no record 1 among 1');
});
