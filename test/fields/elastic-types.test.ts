import { describe, expect, test } from '@jest/globals';
import { type Field, fieldTypes, isFieldType } from '../../fields/field-types.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions } from '../../pipelines/index.ts';
import { reference } from './elastic-reference.ts';

const { otherTypes } = loadDefinitions().dataset;
const fields = listDocumentFields(loadDefinitions());
const exceptions = otherTypes.flatMap((each) => each.fields);
const structures = ['object', 'nested'];

(reference === undefined ? describe.skip : describe)("beside the fields of Elastic's package", () => {
  test('every field is of the same family of types, or an exception with its reason', () => {
    expect(fields.filter(({ name }) => !exceptions.includes(name)).flatMap(differenceOf)).toEqual([]);
  });

  test('every exception is one', () => {
    const needless = fields.filter(
      (field) => exceptions.includes(field.name) && theirTypeOf(field) !== undefined && !differs(field),
    );
    expect(needless).toEqual([]);
  });
});

test('every exception is a field of ours', () => {
  const names = new Set(fields.map(({ name }) => name));
  expect(exceptions.filter((name) => !names.has(name))).toEqual([]);
});

function differenceOf(field: Field): string[] {
  return differs(field) ? [`${field.name} is ${field.type}, there ${theirTypeOf(field)}`] : [];
}

function differs(field: Field): boolean {
  const type = theirTypeOf(field);
  return type !== undefined && familyOf(type) !== familyOf(field.type);
}

function familyOf(type: string): string {
  return isFieldType(type) ? fieldTypes[type].family : type;
}

/** By its own definition, else by the first pattern that fits. A pattern says nothing of what holds fields of its own. */
function theirTypeOf({ name, type }: Field): string | undefined {
  const defined = reference?.fields[name];
  if (defined !== undefined || structures.includes(type)) return defined;
  const patterns = reference?.dynamic.flatMap((each) => Object.entries(each)) ?? [];
  return patterns.find(([pattern, given]) => fits(name, type, pattern, given))?.[1];
}

/** A pattern for numbers leaves text to be keywords. */
function fits(name: string, type: string, pattern: string, given: string): boolean {
  if (given === 'long' && familyOf(type) === 'keyword') return false;
  const escaped = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${escaped.join('[^.]+')}$`).test(name);
}
