import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { htmlText } from '../../pipelines/converters/html.ts';
import { converters } from '../../pipelines/converters/index.ts';
import { painlessNameOf, readPainlessConverters } from '../../pipelines/converters/painless.ts';
import { compileEach, eachExamples } from '../../pipelines/rules/each.ts';
import { compileItemRule } from '../../pipelines/rules/rules.ts';

const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

describe.each(converters.map((converter) => [converter.name, converter] as const))(
  'the converter %s',
  (_, converter) => {
    test.each(converter.examples.map((example) => [JSON.stringify(example), example] as const))(
      '%s',
      (_, example) => {
        expect(asJson(converter.compile(example.options)(example.given))).toEqual(asJson(example.gives));
      },
    );

    test('never throws, whatever the value', () => {
      const convert = converter.compile(
        converter.options === 'table' ? { a: 1 } : converter.options === 'text' ? ';' : undefined,
      );
      for (const value of [
        null,
        undefined,
        0,
        -1,
        Number.POSITIVE_INFINITY,
        true,
        '',
        '\0',
        '\ud800',
        'x'.repeat(100_000),
        [],
        [[]],
        {},
      ]) {
        expect(() => convert(value)).not.toThrow();
      }
    });
  },
);

test('html_text keeps so much text and no more, and cuts no character apart', () => {
  const convert = htmlText.compile(undefined);
  expect(convert(`<p>${'x'.repeat(10_000)}</p>`)).toBe('x'.repeat(10_000));
  expect(convert(`<p>${'x'.repeat(10_000)}</p>y`)).toBe(`${'x'.repeat(10_000)}…`);
  expect(convert(`${'x'.repeat(9_999)}😀y`)).toBe(`${'x'.repeat(9_999)}…`);
});

describe('each', () => {
  test.each(eachExamples.map((example) => [JSON.stringify(example.given), example] as const))(
    '%s',
    (_, { given, rules, gives }) => {
      expect(asJson(compileEach(rules, compileItemRule)(given))).toEqual(asJson(gives));
    },
  );
});

describe('the functions for the ingest pipelines', () => {
  test('each converter has its function, and no such function is without a converter', () => {
    const functions = [...readPainlessConverters().matchAll(/^def (\w+)\(def value, def options\)/gm)];
    expect(functions.map(([, name]) => name).toSorted()).toEqual(
      converters.map(({ name }) => painlessNameOf(name)).toSorted(),
    );
  });

  test('every file of them is read', () => {
    const folder = join(import.meta.dirname, '../../pipelines/converters');
    const source = readPainlessConverters();
    for (const file of globSync('*.painless', { cwd: folder })) {
      const [first] = readFileSync(join(folder, file), 'utf8').match(/^\w.*\{$/m) ?? [];
      expect({ file, isRead: first !== undefined && source.includes(first) }).toEqual({ file, isRead: true });
    }
  });

  test('comments stay in the files', () => {
    expect(readPainlessConverters()).not.toMatch(/^\s*(?:\/\/|$)/m);
  });
});
