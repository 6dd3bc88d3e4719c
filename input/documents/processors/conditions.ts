// Tells whether a condition of a processor holds for a document. A field that is not there, or is of another type than the
// condition asks for, makes it false.

import { isIP } from 'node:net';
import type { Json, JsonObject } from '../../../pipelines/json/json.ts';
import { readField } from '../field-path.ts';
import { findNetwork } from './networks.ts';
import type { DocumentCondition, RangeBounds } from './processor.ts';

export type ConditionTest = (document: JsonObject) => boolean;

/** Throws where an expression or a network cannot be read. */
export function compileCondition(condition: DocumentCondition): ConditionTest {
  switch (condition.kind) {
    case 'equals':
      return everyField(condition.fields, (wanted) => (value) => value === wanted);
    case 'contains':
      return everyField(condition.fields, (part) => anyText((text) => text.includes(part)));
    case 'regexp':
      return everyField(condition.fields, (pattern) => matches(compileExpression(pattern)));
    case 'range':
      return everyField(condition.fields, (bounds) => (value) => isWithin(value, bounds));
    case 'network':
      return everyField(condition.fields, inNetworks);
    case 'has_fields':
      return (document) => condition.fields.every((name) => readField(document, name) !== undefined);
    case 'and': {
      const all = condition.conditions.map(compileCondition);
      return (document) => all.every((holds) => holds(document));
    }
    case 'or': {
      const any = condition.conditions.map(compileCondition);
      return (document) => any.some((holds) => holds(document));
    }
    case 'not': {
      const holds = compileCondition(condition.condition);
      return (document) => !holds(document);
    }
  }
}

type Test = (value: Json) => boolean;

function everyField<Wanted>(
  fields: Readonly<Record<string, Wanted>>,
  compile: (wanted: Wanted) => Test,
): ConditionTest {
  const tests = Object.entries(fields).map(([name, wanted]) => ({ name, test: compile(wanted) }));
  return (document) =>
    tests.every(({ name, test }) => {
      const value = readField(document, name);
      return value !== undefined && test(value);
    });
}

function anyText(test: (text: string) => boolean): Test {
  return (value) => [value].flat().some((each) => typeof each === 'string' && test(each));
}

/** A long text is looked at only so far: an expression may take very long for it, and nothing else runs meanwhile. */
const searchedCharacters = 8191;

function matches(expression: RegExp): Test {
  return anyText((text) => expression.test(text.slice(0, searchedCharacters)));
}

/** Compiles an expression as Elastic Agent's users write it, with flags such as `(?i)` in front. */
export function compileExpression(pattern: string): RegExp {
  const [whole = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  return new RegExp(pattern.slice(whole.length), [...new Set(flags)].join(''));
}

function isWithin(value: Json, { gte, gt, lte, lt }: RangeBounds): boolean {
  if (typeof value !== 'number') return false;
  return (
    (gte === undefined || value >= gte) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (lt === undefined || value < lt)
  );
}

function inNetworks(names: readonly string[]): Test {
  const networks = names.map((name) => {
    const contains = findNetwork(name);
    if (!contains) throw new Error(`${name} is no network`);
    return contains;
  });
  return anyText((text) => isIP(text) !== 0 && networks.some((contains) => contains(text)));
}
