// What a dataset.yml says of the fields of the package of Elastic that has the same dataset: it is true of the documents
// here, and, where the fields of that package lie beside the repository, nothing is left unsaid.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fieldTypes, isFieldType } from '../../fields/field-types.ts';
import { datasetNames, mainDataset } from '../../pipelines/datasets.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions } from '../../pipelines/index.ts';

/** The types of the fields that a package documents or fills, by dataset. */
const file = join(import.meta.dirname, '../../../shared/reference/elastic-other-fields.json');
const reference: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : undefined;

const names = datasetNames.filter((name) => name !== mainDataset);

describe.each(names)('%s', (name) => {
  const definitions = loadDefinitions(name);
  const { absent, otherTypes, otherValues, recordField } = definitions.dataset;
  const fields = new Map(listDocumentFields(definitions).map((field) => [field.name, field.type]));
  const missing = absent.flatMap((each) => each.fields);
  const retyped = otherTypes.flatMap((each) => each.fields);

  test('no field that is called absent is here', () => {
    expect(missing.filter((field) => fields.has(field))).toEqual([]);
  });

  test('every field that is otherwise, or answers for another, is here', () => {
    const told = [
      ...absent.flatMap(({ instead }) => instead),
      ...otherValues.flatMap((each) => [...each.fields, ...each.instead]),
      ...retyped,
    ];
    expect(told.filter((field) => !fields.has(field))).toEqual([]);
  });

  const theirs = reference?.[name] ?? {};
  (reference === undefined ? test.skip : test)(
    "every field of Elastic's package is here and of the same family of types, or said not to be",
    () => {
      const lacking = Object.keys(theirs).filter((field) => !fields.has(field) && !missing.includes(field));
      const other = Object.entries(theirs).filter(([field, type]) => {
        const here = fields.get(field);
        const isOwn = field.startsWith(`${recordField}.`) && here !== undefined;
        return isOwn && !retyped.includes(field) && familyOf(type) !== familyOf(here);
      });
      expect({ lacking, other }).toEqual({ lacking: [], other: [] });
    },
  );
});

function familyOf(type: string): string {
  return isFieldType(type) ? fieldTypes[type].family : type;
}
