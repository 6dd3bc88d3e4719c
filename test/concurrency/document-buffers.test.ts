import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { documentBuffers } from '../../input/concurrency/document-buffers.ts';

const chunk = 64 * 1024;

describe('document buffers', () => {
  test('give back every text as it was, of whatever length and script', () => {
    const open = documentBuffers(4 * chunk);
    const text = fc
      .tuple(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5000 }))
      .map(([unit, times]) => unit.repeat(times));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
        const room = open();
        const kept = texts.map((each) => room.add(each));
        expect(kept.map(String)).toEqual(texts.map((each) => Buffer.from(each).toString()));
        room.release();
      }),
    );
  });

  test('share no bytes until they are released, and use them again afterwards', () => {
    const open = documentBuffers(4 * chunk);
    const [first, second] = [open(), open()];
    const [a, b] = [first.add('a'), second.add('b')];
    expect(a.buffer).not.toBe(b.buffer);
    first.release();
    expect(open().add('c').buffer).toBe(a.buffer);
    expect(b.toString()).toBe('b');
  });

  test('keep no more than they were told to', () => {
    const open = documentBuffers(chunk);
    const rooms = Array.from({ length: 3 }, () => open());
    const before = new Set(rooms.map((room) => room.add('x').buffer));
    for (const room of rooms) room.release();
    const after = Array.from({ length: 3 }, () => open().add('y').buffer);
    expect(after.filter((buffer) => before.has(buffer))).toHaveLength(1);
  });
});
