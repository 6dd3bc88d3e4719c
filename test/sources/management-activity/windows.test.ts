import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  contains,
  cutNewestFirst,
  formatTime,
  longestWindowMs,
  subtract,
  unite,
  type Window,
  wholeSecond,
} from '../../../input/sources/management-activity/listing/windows.ts';

const hour = 3_600_000;
const window = fc
  .tuple(fc.nat(1000), fc.integer({ min: 1, max: 300 }))
  .map(([from, length]) => ({ from, to: from + length }));
const times = Array.from({ length: 1400 }, (_, at) => at);
const covered = (windows: readonly Window[]) => times.filter((time) => contains(windows, time));

test('a window is cut into allowed ones without a gap, the newest first', () => {
  fc.assert(
    fc.property(fc.nat(10 * 24 * hour), fc.nat(8 * 24 * hour), (from, length) => {
      const cut = cutNewestFirst({ from, to: from + length });
      expect(cut.every((part) => part.to > part.from && part.to - part.from <= longestWindowMs)).toBe(true);
      expect(cut.every((part, at) => at === 0 || part.to === cut[at - 1]?.from)).toBe(true);
      expect(length === 0 ? 0 : (cut[0]?.to ?? 0)).toBe(length === 0 ? 0 : from + length);
      expect(length === 0 ? 0 : cut.at(-1)?.from).toBe(length === 0 ? 0 : from);
    }),
  );
  expect(longestWindowMs).toBeLessThan(24 * hour);
});

test('what is united covers what its parts cover, sorted and apart', () => {
  fc.assert(
    fc.property(fc.array(window, { maxLength: 8 }), (windows) => {
      const united = unite(windows);
      expect(covered(united)).toEqual(covered(windows));
      expect(united.every((part, at) => at === 0 || part.from > (united[at - 1]?.to ?? 0))).toBe(true);
    }),
  );
});

test('what is subtracted is covered no more, and nothing else is lost', () => {
  fc.assert(
    fc.property(fc.array(window, { maxLength: 5 }), window, (windows, without) => {
      const left = covered(subtract(unite(windows), without));
      expect(left).toEqual(covered(windows).filter((time) => !contains([without], time)));
    }),
  );
});

test('times are UTC, to the second, without a zone', () => {
  const at = Date.UTC(2026, 10, 20, 9, 8, 7, 654);
  expect(formatTime(wholeSecond(at))).toBe('2026-11-20T09:08:07');
});
