import { expect, test } from '@jest/globals';
import { changePolicy } from '../../input/settings/policy/change-policy.ts';
import { parsePolicy } from '../../input/settings/policy/load-policy.ts';

const stream = (number: number, more = '') => `
      - id: s${number}
        tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f${number}
        client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901
        client_secret: secret-of-${number}${more}`;
const text = (streams: string, path = './out', input = '') => `
outputs: {default: {type: file, path: ${path}}}
inputs:
  - id: one
    type: m365${input}
    streams:
      - {data_stream.dataset: m365.collection}${streams}
`;
const before = parsePolicy(text(stream(1) + stream(2)), 'policy.yml');
const change = (next: string) => changePolicy(before, parsePolicy(next, 'policy.yml'));

test('what only stands elsewhere in the file is the same object', () => {
  const { policy, differences } = change(`# A comment\n\n${text(stream(1) + stream(2))}`);
  expect(differences).toEqual([]);
  expect(new Set(policy.streams)).toEqual(new Set(before.streams));
  for (const each of policy.streams) expect(before.streams).toContain(each);
  expect(policy.outputs[0]).toBe(before.outputs[0]);
  expect(policy.completeness?.[0]?.definedAt).toBe(before.completeness?.[0]?.definedAt);
});

test.each([
  ['a secret', text(stream(1) + stream(2).replace('secret-of-2', 'another')), ['changed the stream s2']],
  ['an interval', text(stream(1, '\n        interval: 7m') + stream(2)), ['changed the stream s1']],
  [
    'a setting of the input',
    text(stream(1) + stream(2), './out', '\n    tags: [x]'),
    ['changed the streams s1, s2'],
  ],
  [
    'an output',
    text(stream(1) + stream(2), './other'),
    ['changed the output default', 'changed the streams s1, s2'],
  ],
])('%s is a change of what it concerns', (_, next, expected) => {
  expect(change(next).differences).toEqual(expected);
});

test('a second change is told apart from the first', () => {
  const once = change(text(stream(1) + stream(2) + stream(3)));
  expect(once.differences).toContain('added the stream s3');
  const again = changePolicy(once.policy, parsePolicy(text(stream(1) + stream(2) + stream(3)), 'policy.yml'));
  expect(again.differences).toEqual([]);
  for (const each of again.policy.streams) expect(once.policy.streams).toContain(each);
  const less = changePolicy(once.policy, parsePolicy(text(stream(1) + stream(3)), 'policy.yml'));
  expect(less.differences).toContain('removed the stream s2');
});
