// The stand-in for Fleet's compiler of stream templates does what Fleet does, step by step, so that a template which passes
// here means something.

import { describe, expect, test } from '@jest/globals';
import { CompileError, compileAsFleet, fleetVersions } from './fleet/compile-template.ts';

const text = (value: unknown) => ({ type: 'text', value });
const yaml = (value: unknown) => ({ type: 'yaml', value });

describe.each(fleetVersions)('Fleet %s', (version) => {
  const compile = (template: string, variables = {}) => compileAsFleet(template, variables, version);

  test('knows five helpers and no others', () => {
    const all = `{{#contains "b" list}}has: true{{/contains}}
{{#contains "z" list}}not: true{{/contains}}
{{#contains "b" word}}word: true{{/contains}}
one: {{escape_string name}}
none: {{escape_string empty}}
many: "{{escape_multiline_string lines}}"
json: {{to_json list}}
plain: {{to_json name}}
url: {{url_encode odd}}
`;
    const variables = {
      list: text(['a', 'b']),
      word: text('abc'),
      name: text("it's"),
      empty: text(''),
      lines: text('a\n b'),
      odd: text("a b!'()*"),
    };
    expect(compile(all, variables)).toEqual({
      has: true,
      word: true,
      one: "it's",
      none: null,
      many: 'a\nb',
      json: ['a', 'b'],
      plain: "it's",
      url: 'a%20b%21%27%28%29%2A',
    });
    for (const unknown of ['concat "a" "b"', 'join list', 'lookup_all x'])
      expect(() => compile(`a: {{${unknown}}}`, variables)).toThrow(CompileError);
  });

  test('puts YAML where its placeholder stands alone, at the start of a line or as a whole value', () => {
    const variables = { add: yaml('- a: 1\n- b: [2, 3]'), none: yaml('') };
    expect(compile('list:\n{{add}}\nempty:\n{{none}}\n', variables)).toEqual({
      list: [{ a: 1 }, { b: [2, 3] }],
      empty: null,
    });
    expect(compile('inner:\n  list: {{add}}\n  also: [{{add}}]\n', variables)).toEqual({
      inner: { list: [{ a: 1 }, { b: [2, 3] }], also: [[{ a: 1 }, { b: [2, 3] }]] },
    });
  });

  test('keeps a blank text that YAML makes nothing of', () => {
    expect(compile('a: {{a}}\nb: {{b}}\n', { a: text(''), b: text(undefined) })).toEqual({ a: '', b: null });
  });

  test('refuses a key twice, YAML that is none, and names that reach into objects', () => {
    expect(() => compile('a: 1\na: 2\n')).toThrow(CompileError);
    expect(() => compile('a: {{a}}\n', { a: text("'open") })).toThrow(CompileError);
    for (const name of ['__proto__', 'a.constructor', 'prototype.b'])
      expect(() => compile('a: 1\n', Object.fromEntries([[name, text('x')]]))).toThrow(/Invalid key/);
  });

  test('nests names with dots, and refers to secrets that are kept apart', () => {
    const variables = { 'ssl.mode': text('full'), secret: text({ isSecretRef: true, id: 'abc' }) };
    expect(compile('mode: {{ssl.mode}}\nsecret: {{escape_string secret}}\n', variables)).toEqual({
      mode: 'full',
      secret: '$co.elastic.secret{abc}',
    });
  });

  test('compiles text of several lines', () => {
    expect(compile('pem: {{escape_string pem}}\n', { pem: text('a\nb\nc') })).toEqual({ pem: 'a\nb\nc' });
  });
});

test('Fleet 9.4 takes flow style below a key', () => {
  const variables = { add: { type: 'yaml', value: '[]' }, map: { type: 'yaml', value: '{}' } };
  expect(compileAsFleet('list:\n{{add}}\nmap:\n{{map}}\n', variables, '9.4')).toEqual({ list: [], map: {} });
  const filled = { add: { type: 'yaml', value: '[1]' } };
  expect(compileAsFleet('list:\n{{add}}\n', filled, '9.4')).toEqual({ list: [1] });
  expect(compileAsFleet('list:\n["a"]\nmap:\n{a: 1}\n', filled, '9.4')).toEqual({
    list: ['a'],
    map: { a: 1 },
  });
});

test('Fleet 9.4 joins what stands between double quotes, over lines and values', () => {
  const joined = compileAsFleet('a: "one\n\n  two"\n', {}, '9.4');
  expect(joined).toEqual({ a: 'one\n  two' });
  const template = 'a: {{escape_string a}}\nb: {{escape_string b}}\n';
  expect(() => compileAsFleet(template, { a: text('6"'), b: text('"') }, '9.4')).toThrow(CompileError);
});
