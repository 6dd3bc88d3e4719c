import { describe, expect, test } from '@jest/globals';
import { fieldsOfKql, translateKql } from './kql.ts';
import { parseKql } from './kql-parser.ts';

const types = new Map([
  ['event.action', 'keyword'],
  ['event.outcome', 'keyword'],
  ['user.name', 'keyword'],
  ['user.name.text', 'text'],
  ['message', 'text'],
  ['@timestamp', 'date'],
  ['count', 'long'],
]);
const translate = (text: string) => translateKql(text, types);

/** Each comparison is wrapped like this, as one field name can stand for several fields. */
const any = (...should: object[]) => ({ bool: { should, minimum_should_match: 1 } });
const all = (...filter: object[]) => ({ bool: { filter } });
const not = (must_not: object) => ({ bool: { must_not } });
const is = (field: string, text: unknown) => any({ match: { [field]: text } });
const phrase = (field: string, text: string) => any({ match_phrase: { [field]: text } });

describe('values', () => {
  test.each([
    ['a word', 'event.outcome:success', is('event.outcome', 'success')],
    ['spaces around the colon', 'event.outcome :  success ', is('event.outcome', 'success')],
    [
      'a text in quotes',
      'event.action: "Add member to role."',
      phrase('event.action', 'Add member to role.'),
    ],
    [
      'spaces, dots and dashes without quotes',
      'event.action: Add member to role. and count:1',
      all(is('event.action', 'Add member to role.'), is('count', '1')),
    ],
    ['a word that only begins like a keyword', 'event.action: order', is('event.action', 'order')],
    ['a keyword that is escaped', 'event.action: this \\or that', is('event.action', 'this or that')],
    ['quotes in quotes', 'event.action: "say \\"no\\""', phrase('event.action', 'say "no"')],
    ['a keyword in quotes', 'event.action: "yes or no"', phrase('event.action', 'yes or no')],
    ['a code point in quotes', 'event.action: "\\u0000"', phrase('event.action', '\0')],
    ['a code point without quotes', 'event.action: a\\u0041', is('event.action', 'aA')],
    [
      'a backslash in quotes that escapes nothing',
      'user.name: "NT AUTHORITY\\SYSTEM (w3wp)"',
      phrase('user.name', 'NT AUTHORITY\\SYSTEM (w3wp)'),
    ],
    ['an escaped backslash', 'user.name: "a\\\\b"', phrase('user.name', 'a\\b')],
    ['signs that are escaped', 'event.action: a\\(b\\)\\:\\*', is('event.action', 'a(b):*')],
    ['true as a boolean', 'event.action: true', is('event.action', true)],
    ['True as a text', 'event.action: True', is('event.action', 'True')],
    ['"true" as a text', 'event.action: "true"', phrase('event.action', 'true')],
    ['an empty text', 'event.action: ""', phrase('event.action', '')],
    ['a number as it is written', 'count: 007', is('count', '007')],
    [
      'a date',
      '@timestamp: "2026-01-01"',
      any({ range: { '@timestamp': { gte: '2026-01-01', lte: '2026-01-01' } } }),
    ],
    ['a field that no index has', 'no.field: x', is('no.field', 'x')],
  ])('%s', (_, text, expected) => expect(translate(text)).toEqual(expected));
});

describe('wildcards', () => {
  test.each([
    ['a lone star is for any value', 'user.name: *', any({ exists: { field: 'user.name' } })],
    [
      'on a keyword, and case counts',
      'user.name: *help-desk*',
      any({ wildcard: { 'user.name': { value: '*help-desk*' } } }),
    ],
    [
      'signs of its own are no patterns',
      'user.name: a?b\\\\c*',
      any({ wildcard: { 'user.name': { value: 'a\\?b\\\\c*' } } }),
    ],
    ['a star in quotes is a star', 'user.name: "a*"', phrase('user.name', 'a*')],
    ['on a text', 'message: a-b*', any({ query_string: { fields: ['message'], query: 'a\\-b*' } })],
    [
      'in the name of the field',
      'user.n*: x',
      any({ match: { 'user.name': 'x' } }, { match: { 'user.name.text': 'x' } }),
    ],
    ['for every field', '*: *', { match_all: {} }],
  ])('%s', (_, text, expected) => expect(translate(text)).toEqual(expected));
});

describe('ranges', () => {
  test.each([
    ['count <= 1023', { lte: '1023' }],
    ['count>=100', { gte: '100' }],
    ['count < 5', { lt: '5' }],
    ['count > "5"', { gt: '5' }],
  ])('%s', (text, bounds) => expect(translate(text)).toEqual(any({ range: { count: bounds } })));
});

describe('logic', () => {
  const [a, b, c] = [is('a', '1'), is('b', '2'), is('c', '3')];

  test.each([
    ['and binds closer than or', 'a:1 or b:2 and c:3', any(a, all(b, c))],
    ['parentheses', '(a:1 or b:2) and c:3', all(any(a, b), c)],
    ['spaces in parentheses', '( a:1 or\n b:2 )\tand c:3', all(any(a, b), c)],
    ['not', 'not a:1 and b:2', all(not(a), b)],
    ['not of a group', 'not (a:1 or b:2)', not(any(a, b))],
    ['keywords in any case', 'a:1 AND NOT b:2', all(a, not(b))],
    ['a list of values', 'a:(1 or "x y")', any(is('a', '1'), phrase('a', 'x y'))],
    ['a list of one', 'a:(1)', a],
    [
      'and and not in a list',
      'a:(* and not ("Not Available" or 2))',
      all(any({ exists: { field: 'a' } }), not(any(phrase('a', 'Not Available'), is('a', '2')))),
    ],
    [
      'an unquoted value with a dot and dash in a list',
      'a:(0-b.c or 1)',
      any(is('a', '0-b.c'), is('a', '1')),
    ],
  ])('%s', (_, text, expected) => expect(translate(text)).toEqual(expected));
});

describe('what it refuses', () => {
  test.each([
    ['a value without a field', 'success', 'a field name'],
    ['nested fields', 'a:{ b:1 }', 'no nested query'],
    ['an open quotation mark', 'a:"x', 'a closing quotation mark'],
    ['an open parenthesis', '(a:1', 'a closing parenthesis'],
    ['an open list', 'a:(1 or 2', 'a closing parenthesis after the values'],
    ['something behind the end', 'a:1 )', 'the end'],
    ['nothing to compare with', 'a:', 'a value'],
    ['a pattern as a bound', 'a > b*', 'a range needs a bound'],
    ['null', 'a: null', 'null is no value'],
  ])('%s', (_, text, reason) => expect(() => translate(text)).toThrow(reason));
});

test('the tree keeps what was quoted apart from what was not', () => {
  expect(parseKql('a:"1" or a:1*')).toEqual({
    kind: 'or',
    nodes: [
      { kind: 'is', field: { kind: 'literal', text: 'a' }, value: { kind: 'phrase', text: '1' } },
      { kind: 'is', field: { kind: 'literal', text: 'a' }, value: { kind: 'wildcard', parts: ['1', ''] } },
    ],
  });
});

test('names the fields of a query once each', () => {
  expect(fieldsOfKql('a:1 and (b.c > 2 or not a:3) and d:(* and not 4)')).toEqual(['a', 'b.c', 'd']);
});
