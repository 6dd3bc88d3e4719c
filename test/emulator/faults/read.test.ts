// A fault plan that is wrong says where, and what would be right.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readFaultPlan } from '../../../input/emulator/index.ts';

describe('a fault plan', () => {
  test('is a list, or an object that holds one', () => {
    const entry = {
      match: { operation: 'blob', nth: 3 },
      times: 1,
      fault: { kind: 'reset', when: 'in-body' },
    };
    expect(readFaultPlan([entry])).toEqual([entry]);
    expect(readFaultPlan({ faults: [entry] })).toEqual([entry]);
  });

  test.each([
    [7, 'The fault plan is no list of faults.'],
    [[{}], 'faults[0].fault.kind is missing.'],
    [[{ fault: { kind: 'resett' } }], 'faults[0].fault.kind: there is no "resett"; did you mean "reset"?'],
    [[{ fault: { kind: 'trickle', bytes: 0, everyMs: 1 } }], 'faults[0].fault.bytes must be >= 1.'],
    [[{ fault: { kind: 'truncate', bytes: 1 } }], "faults[0].fault must have required property 'declares'."],
    [[{ fault: { kind: 'empty' }, often: 1 }], 'faults[0] has an unknown property "often".'],
    [
      [{ match: { operation: 'blobs' }, fault: { kind: 'empty' } }],
      'faults[0].match.operation must be one of: token,',
    ],
    [
      [{ match: { path: '(' }, fault: { kind: 'empty' } }],
      'faults[0].match.path is no regular expression: (.',
    ],
    [
      [{ fault: { kind: 'hostile', records: ['nice'] } }],
      'faults[0].fault.records.0 must be one of: deep, proto,',
    ],
  ])('like %j is refused', (plan, message) => {
    expect(() => readFaultPlan(plan)).toThrow(message);
  });

  test('of each example in the README is accepted', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../input/emulator/README.md'), 'utf8');
    const examples = [...readme.matchAll(/^\| `[\w-]+` \|.*\| `(\{.+?\})` \|$/gm)].map(
      ([, example]): unknown => JSON.parse(example ?? ''),
    );
    expect(examples.length).toBeGreaterThanOrEqual(19);
    expect(readFaultPlan(examples.map((fault) => ({ fault })))).toHaveLength(examples.length);
    const plan = /```json\n([\s\S]+?)```/.exec(readme)?.[1] ?? '';
    expect(readFaultPlan(JSON.parse(plan)).length).toBeGreaterThan(3);
  });
});
