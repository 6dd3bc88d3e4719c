import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assembleScan, generatedFile } from '../../input/json-stream/assemble-scan.ts';
import {
  fillWindow,
  type NestedState,
  scanNested,
  windowBytes,
} from '../../input/json-stream/scan-nested.ts';

/** Scans byte by byte. A backslash has no place outside of strings; there it counts for quotes all the same. */
function scanSlowly(bytes: Uint8Array, from: number, state: NestedState): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = String.fromCharCode(bytes[at] ?? 0);
    const escaped = state.escaped === 1;
    state.escaped = byte === '\\' && !escaped ? 1 : 0;
    if (byte === '"' && !escaped) state.inString ^= 1;
    if (state.inString === 0 && '{['.includes(byte)) state.depth += 1;
    if (state.inString === 0 && '}]'.includes(byte)) state.depth -= 1;
    if (state.depth === 0) return at + 1;
  }
  return -1;
}

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"', '\\', '{', '}', '[', ']') },
  { weight: 2, arbitrary: fc.constantFrom('x', ',', 'ü', '\0', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') },
  { weight: 1, arbitrary: fc.constantFrom('\\\\\\\\\\\\\\\\\\', '{{{{{{{{{{{{', '"""""""') },
);
const bit = fc.constantFrom(0, 1);
const state = fc.record({ depth: fc.integer({ min: 1, max: 70 }), inString: bit, escaped: bit });

test('finds the same end, or the same state, as looking at every byte, from any place and state', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 200 }),
      fc.nat(150),
      state,
      (pieces, skipped, begin) => {
        const bytes = Buffer.from(pieces.join(''));
        const from = Math.min(skipped, bytes.length - 1);
        const [fast, slow] = [{ ...begin }, { ...begin }];
        fillWindow(bytes);
        const found = scanNested(from, bytes.length, fast);
        expect(found).toBe(scanSlowly(bytes, from, slow));
        expect(fast).toEqual(found < 0 ? slow : { depth: 0, inString: 0, escaped: 0 });
      },
    ),
    { numRuns: 3000 },
  );
});

test('does not see what was in the window before', () => {
  fillWindow(Buffer.alloc(windowBytes, '}'));
  fillWindow(Buffer.from('{"a":1'));
  const left = { depth: 0, inString: 0, escaped: 0 };
  expect(scanNested(0, 6, left)).toBe(-1);
  expect(left).toEqual({ depth: 1, inString: 0, escaped: 0 });
});

test('sees a full window to its last byte', () => {
  const bytes = Buffer.alloc(windowBytes, 'x');
  bytes.write('{', 0);
  bytes.write('}', windowBytes - 1);
  fillWindow(bytes);
  expect(scanNested(0, windowBytes, { depth: 0, inString: 0, escaped: 0 })).toBe(windowBytes);
});

test('the committed binary is the one of the source beside it', async () => {
  expect(await assembleScan()).toBe(readFileSync(generatedFile, 'utf8'));
});
