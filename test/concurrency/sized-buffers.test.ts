import { expect, test } from '@jest/globals';
import { sizedBuffers } from '../../input/concurrency/sized-buffers.ts';

test('a buffer that was given back is used again for what is of about its size', () => {
  const pool = sizedBuffers(1 << 20);
  const first = pool(20_000);
  expect(first.buffer.length).toBe(32_768);
  expect(pool(20_000).buffer).not.toBe(first.buffer);
  first.release();
  expect(pool(16_000).buffer).not.toBe(first.buffer);
  expect(pool(30_000).buffer).toBe(first.buffer);
});

test('a buffer that is given back twice is not used by two', () => {
  const pool = sizedBuffers(1 << 20);
  const first = pool(1);
  first.release();
  first.release();
  expect(pool(1).buffer).not.toBe(pool(1).buffer);
});

test('no more than the maximum is kept, of whatever sizes', () => {
  const pool = sizedBuffers(100 * 1024);
  const taken = [64_000, 8_000, 40_000, 8_000].map((bytes) => pool(bytes));
  for (const { release } of taken) release();
  const again = [64_000, 8_000, 40_000, 8_000].map((bytes) => pool(bytes).buffer);
  expect(again.map((buffer) => taken.some((each) => each.buffer === buffer))).toEqual([
    true,
    true,
    false,
    true,
  ]);
});
