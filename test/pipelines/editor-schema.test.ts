// The schemas that editors complete and check the YAML files with.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

const pipelines = join(import.meta.dirname, '../../pipelines');
const files = globSync('{*/*,audit/record-types/*,reference/example/*}.yml', { cwd: pipelines }).sort();
const compiled = new Map<string, ValidateFunction>();

/** The schema that the head of a file names, as an editor finds it. */
function schemaOf(file: string, text: string): ValidateFunction {
  const [, relative] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
  if (relative === undefined) throw new Error(`${file} does not begin with the line that names its schema`);
  const path = normalize(join(pipelines, dirname(file), relative));
  const known =
    compiled.get(path) ?? new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(path, 'utf8')));
  compiled.set(path, known);
  return known;
}

test('there are files', () => {
  expect(files).toContain('audit/record-types/common.yml');
  expect(files.length).toBeGreaterThan(90);
});

describe('a file is right by the schema that its head names', () => {
  test.each(files)('%s', (file) => {
    const text = readFileSync(join(pipelines, file), 'utf8');
    const validate = schemaOf(file, text);
    validate(parse(text));
    const errors = validate.errors ?? [];
    expect(errors.map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([]);
  });
});

describe('what the language refuses, the schema of the editor refuses', () => {
  const forms = readFileSync(join(pipelines, 'audit/record-types/forms.yml'), 'utf8');
  const validate = schemaOf('audit/record-types/forms.yml', forms);

  test.each([
    ['an unknown key', { mesage: 'x' }],
    ['an unknown converter', { fields: [{ from: 'FormName', to: 'user', as: 'usr' }] }],
    ['a converter without what it takes', { fields: [{ from: 'FormName', to: 'user', as: 'split' }] }],
    [
      'options for a converter that takes none',
      { fields: [{ from: 'FormName', to: 'user', as: { user: 'x' } }] },
    ],
    ['two converters', { fields: [{ from: 'FormName', to: 'user', as: { split: ';', users: ';' } }] }],
    ['a field that ECS does not have', { fields: [{ from: 'FormName', to: 'file.nmae' }] }],
    ['a category that ECS does not have', { event: { category: ['webb'] } }],
    ['another name for a record type', { record_types: { 66: 'MicrosoftForm' } }],
    ['a type without a sentence about it', { fields: [{ from: 'FormName', type: 'keyword' }] }],
    ['what belongs to the common file', { statuses: { success: ['yes'] } }],
  ])('%s', (_, slip) => {
    const content: object = parse(forms);
    expect(validate(content)).toBe(true);
    expect(validate({ ...content, ...slip })).toBe(false);
  });
});

/** Of every key that a file may have: what an editor shows of it. */
test('every key is described', () => {
  const schema: unknown = JSON.parse(
    readFileSync(join(pipelines, 'generated/schema/record-type.json'), 'utf8'),
  );
  expect(listUndescribed(schema, '')).toEqual([]);
});

function listUndescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'definitions' || path.endsWith('/record_types')) return [];
    if (keyword !== 'properties') return listUndescribed(value, path);
    return Object.entries(Object(value)).flatMap(([key, inner]) => [
      ...(Object(inner).description === undefined ? [`${path}/${key}`] : []),
      ...listUndescribed(inner, `${path}/${key}`),
    ]);
  });
}
