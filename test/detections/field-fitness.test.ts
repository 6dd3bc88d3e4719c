import { expect, test } from '@jest/globals';
import { findMisfit } from './field-fitness.ts';

const use = (...values: string[]) => ({
  rules: 1,
  values: Object.fromEntries(values.map((one) => [one, 1])),
});

test.each<[string | undefined, string[], string | undefined]>([
  [undefined, [': x'], 'not mapped'],
  ['keyword', [': x*', '== x', 'in x', 'like~ *x*', '!= null'], undefined],
  ['keyword', ['<= 1023'], 'keyword does not take <= 1023'],
  ['long', ['<= 1023', ': 5', ': *'], undefined],
  ['long', [': 5', ': True'], 'long does not take : True'],
  ['long', ['in 5'], 'long does not take in 5'],
  ['boolean', [': true', ': false'], undefined],
  ['boolean', [': True'], 'boolean does not take : True'],
  ['text', [': x', ': x*'], undefined],
  ['text', ['== x'], 'text does not take == x'],
  ['text', [], 'text cannot be grouped by'],
  ['flattened', [': Help Desk'], undefined],
  ['flattened', [': *Desk'], 'flattened does not take : *Desk'],
  ['flattened', ['== x'], 'flattened does not take == x'],
  ['flattened', [], 'flattened cannot be grouped by'],
  ['ip', [], undefined],
  ['date', [], undefined],
])('%s for %j: %s', (type, values, expected) => expect(findMisfit(type, use(...values))).toBe(expected));
