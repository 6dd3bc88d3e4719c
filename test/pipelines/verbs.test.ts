import { describe, expect, test } from '@jest/globals';
import { verbs } from '../../pipelines/converters/index.ts';
import { compileEach, eachExamples } from '../../pipelines/rules/each.ts';
import { compileItemRule } from '../../pipelines/rules/rules.ts';

const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

describe.each(verbs.map((verb) => [verb.name, verb] as const))('the verb %s', (_, verb) => {
  test.each(verb.examples.map((example) => [JSON.stringify(example), example] as const))(
    '%s',
    (_, example) => {
      expect(asJson(verb.compile(example.options)(example.given))).toEqual(asJson(example.gives));
    },
  );

  test('never throws, whatever the value', () => {
    const convert = verb.compile(
      verb.options === 'table' ? { a: 1 } : verb.options === 'text' ? ';' : undefined,
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
});

describe('each', () => {
  test.each(eachExamples.map((example) => [JSON.stringify(example.given), example] as const))(
    '%s',
    (_, { given, rules, gives }) => {
      expect(asJson(compileEach(rules, compileItemRule)(given))).toEqual(asJson(gives));
    },
  );
});
