import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ecsVersion, findEcsField, searchedByWord } from '../../fields/ecs.ts';
import { type Field, fieldTypes, hasSearchableDocValues } from '../../fields/field-types.ts';
import { buildProperties } from '../../fields/mappings.ts';
import { buildTemplates } from '../../fields/templates.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions } from '../../pipelines/index.ts';

const field = (name: string, changes: Partial<Field> = {}): Field => ({
  name,
  type: 'keyword',
  about: 'A thing.',
  ecs: false,
  ...changes,
});

describe('the Elastic Common Schema', () => {
  test('tells the type of a field, and whether it holds many', () => {
    expect(findEcsField('source.ip')).toMatchObject({ type: 'ip', list: false, ecs: true });
    expect(findEcsField('related.user')).toMatchObject({ type: 'keyword', list: true });
    expect(findEcsField('source.nmae')).toBeUndefined();
    expect(ecsVersion).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('is extended by the few fields that rules name and it does not have', () => {
    expect(findEcsField('session.id')).toMatchObject({ type: 'keyword', ecs: false });
  });
});

describe('mappings', () => {
  test('nest what has dots, and close what is to stay closed', () => {
    expect(buildProperties([field('a.b.c'), field('a.d', { type: 'long' })], ['a.b'])).toEqual({
      a: {
        properties: {
          b: { dynamic: false, properties: { c: fieldTypes.keyword.mapping } },
          d: fieldTypes.long.mapping,
        },
      },
    });
  });

  test('keep the dots of a bag', () => {
    expect(
      buildProperties([field('bag', { type: 'object', bag: true }), field('bag.a.NewValue')], []),
    ).toEqual({
      bag: {
        type: 'object',
        subobjects: false,
        dynamic: false,
        properties: { 'a.NewValue': fieldTypes.keyword.mapping },
      },
    });
  });

  test('keep what a field asks for beside the document', () => {
    const { mapping } = fieldTypes.keyword;
    expect(buildProperties([field('a', { kept: 'doc_values' }), field('b', { kept: 'none' })], [])).toEqual({
      a: { ...mapping, index: false },
      b: { ...mapping, index: false, doc_values: false },
    });
  });

  test('let no text that an attacker writes hide behind its length', () => {
    const [component] = buildTemplates({
      dataset: 'x',
      fields: listDocumentFields(loadDefinitions()),
      closed: [],
      pipeline: 'p',
    });
    const limits = JSON.stringify(component?.body).match(/"ignore_above":\d+/g) ?? [];
    expect(new Set(limits)).toEqual(new Set(['"ignore_above":8191']));
  });
});

describe('every field of a document', () => {
  const { dataset } = loadDefinitions();
  const fields = listDocumentFields(loadDefinitions());

  test.each(listDocumentFields(loadDefinitions()).map((each) => [each.name, each] as const))(
    '%s has a type and a sentence',
    (_, each) => {
      expect(fieldTypes).toHaveProperty([each.type]);
      expect(each.about.trim()).not.toBe('');
    },
  );

  test('is searchable, event.original alone excepted', () => {
    const kept = (given: Field['kept']) => fields.filter((each) => each.kept === given);
    expect(kept('none').map(({ name }) => name)).toEqual(['event.original']);
    const moved = dataset.moved.map((name) => `o365.audit.${name}`);
    expect(
      kept('document')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(moved.toSorted());
    expect(kept('doc_values').filter(({ type }) => !hasSearchableDocValues(type))).toEqual([]);
    expect(kept('doc_values').filter(({ ecs }) => ecs)).toEqual([]);
  });

  test('of the record has an index where it is looked for by itself', () => {
    const listed = dataset.indexed
      .flatMap(({ properties }) => properties)
      .map((name) => `o365.audit.${name}`);
    const byName = new Map(fields.map((each) => [each.name, each]));
    const wrong = listed.filter((name) => {
      const found = byName.get(name);
      return found === undefined || found.kept !== undefined || !hasSearchableDocValues(found.type);
    });
    expect(wrong).toEqual([]);
    expect(listed.filter((name, i) => listed.indexOf(name) !== i)).toEqual([]);
  });

  test('of the record that a rule asks for has an index', () => {
    const sigma = readFileSync(join(import.meta.dirname, '../../deploy/sigma-pipeline.yml'), 'utf8');
    const contract = join(import.meta.dirname, '../../../shared/detection-rules/fields_values.json');
    const elastic = existsSync(contract) ? Object.keys(JSON.parse(readFileSync(contract, 'utf8'))) : [];
    const asked = new Set([...elastic, ...(sigma.match(/o365\.audit(\.[A-Za-z_]+)+/g) ?? [])]);
    const slow = fields.filter(({ name, kept }) => asked.has(name) && kept !== undefined);
    expect(slow.map(({ name }) => name)).toEqual([]);
  });

  test('is searched by word where people write words, as ECS has it', () => {
    const byWord = fields.filter(({ multiFields }) => multiFields !== undefined);
    expect(byWord.map(({ name }) => name).sort()).toEqual([...searchedByWord].sort());
  });

  test('is there once', () => {
    const names = listDocumentFields(loadDefinitions()).map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
