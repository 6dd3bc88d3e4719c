import { describe, expect, test } from '@jest/globals';
import { loadReader } from '../../pipelines/index.ts';
import { parseExactly } from '../../pipelines/parse-record.ts';

const { parse: parseRecord } = loadReader();

describe('a record', () => {
  test('is an object, with its text kept as served', () => {
    const text = '{"Id": "1", "Operation": "Set-Mailbox"}';
    expect(parseRecord(text)).toMatchObject({
      text,
      value: { Id: '1', Operation: 'Set-Mailbox' },
      problem: undefined,
      id: '1',
    });
  });

  test.each([
    ['', /^not JSON: /],
    ['{"Id":', /^not JSON: /],
    ['{"Id":"1"} tail', /^not JSON: /],
    ['[{"Id":"1"}]', /^JSON, but not an object: a list$/],
    ['null', /^JSON, but not an object: null$/],
    ['17', /^JSON, but not an object: number$/],
  ])('is not made of %j', (text, problem) => {
    expect(parseRecord(text)).toMatchObject({
      text,
      value: undefined,
      problem: expect.stringMatching(problem),
      id: undefined,
      type: { known: false },
    });
  });

  test('names what is wrong without repeating the personal data in it', () => {
    for (const text of [
      '{"UserId":"ann@example.org',
      '{"UserId":"ann@example.org" oops',
      'ann@example.org',
    ]) {
      expect(parseRecord(text).problem).not.toContain('example.org');
    }
  });

  test('may be ten thousand levels deep', () => {
    const text = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(parseRecord(text).problem).toBeUndefined();
  });

  test('keeps a property called __proto__ as its own', () => {
    const { value } = parseRecord('{"__proto__":{"polluted":true}}');
    expect(Object.hasOwn(value ?? {}, '__proto__')).toBe(true);
    expect('polluted' in {}).toBe(false);
  });
});

describe('an exact parse', () => {
  test.each([
    ['12345678901234567890', '12345678901234567890'],
    ['-9007199254740993', '-9007199254740993'],
    ['9007199254740991', 9007199254740991],
    ['1E+22', '1E+22'],
    ['1e400', '1e400'],
    ['9'.repeat(400), '9'.repeat(400)],
    ['1.5', 1.5],
    ['1.0e3', 1000],
    ['0.1234567890123456789', 0.12345678901234568],
  ])('reads %s as %j', (number, expected) => {
    expect(parseExactly(`{"a":[${number}],"b":"${number}"}`)).toEqual({ a: [expected], b: number });
  });

  test('leaves digits inside of text and keys alone', () => {
    const text = String.raw`{"12345678901234567890":"a \" 12345678901234567890","b":"\\"}`;
    expect(parseExactly(text)).toEqual(JSON.parse(text));
  });

  test('refuses what JSON refuses', () => {
    expect(() => parseExactly('{"a":0012345678901234567}')).toThrow();
  });
});
