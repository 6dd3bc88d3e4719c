// The fields that a dashboard can ask for: ECS, the properties of records, and the collector's own.

import { ecsFieldNames, findEcsField } from '../fields/ecs.ts';
import { fieldTypes } from '../fields/field-types.ts';
import { datasetNames } from '../pipelines/datasets.ts';
import type { Definitions, Property } from '../pipelines/definitions.ts';
import { loadDefinitions } from '../pipelines/index.ts';
import { compiledSchema } from '../pipelines/json/compiled-schema.ts';
import { DefinitionError } from '../pipelines/language/problem.ts';
import { readYamlFile } from '../pipelines/language/yaml-file.ts';
import { isBundled, ownPath, readOwnText } from '../pipelines/own-files.ts';
import type { FieldLookup, KnownField } from './definition.ts';

/** The collector's own fields, as dashboards/collection-fields.yml has them. */
export interface CollectionField extends KnownField {
  readonly name: string;
  readonly about: string;
  readonly unit?: string;
  readonly example?: string | number;
}

const text = { type: 'string', minLength: 1 };

const schema = compiledSchema<readonly CollectionField[]>({
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'type', 'about'],
    properties: {
      name: { type: 'string', pattern: '^m365\\.collection(\\.[a-z_]+)+$' },
      type: { enum: Object.keys(fieldTypes) },
      about: text,
      unit: { enum: ['ms', 'byte'] },
      example: {},
    },
  },
});

/** The fields as the bundle has them: read and checked when it was built. */
export const compiledFile = 'compiled/collection-fields.json';
const ownFile = 'dashboards/collection-fields.yml';

/** Reads this project's own, or those of a copy of its file. Throws a DefinitionError. */
export function readCollectionFields(path?: string): readonly CollectionField[] {
  if (path === undefined && isBundled) return JSON.parse(readOwnText(compiledFile));
  return readFields(path ?? ownPath(ownFile));
}

function readFields(path: string): readonly CollectionField[] {
  const file = readYamlFile(path, schema());
  if (file.content === undefined) throw new DefinitionError(file.problems);
  return file.content;
}

/** Of all datasets, unless some are given. */
export function createFieldLookup(
  definitions: readonly Pick<Definitions, 'dataset' | 'properties'>[] = loadAllDefinitions(),
  collection = readCollectionFields(),
): FieldLookup {
  const own = new Map<string, KnownField>([
    ...definitions.flatMap(({ dataset, properties }) => flatten(properties, dataset.recordField)),
    ...collection.map((field): [string, KnownField] => [field.name, field]),
  ]);
  return {
    find: (name) => own.get(name) ?? findEcsField(name),
    names: [...own.keys(), ...ecsFieldNames()],
  };
}

function loadAllDefinitions(): Definitions[] {
  return datasetNames.map((name) => loadDefinitions(name));
}

/** An object holds fields and is not one itself; one by position holds them at each. */
function flatten(properties: Readonly<Record<string, Property>>, above: string): [string, KnownField][] {
  return Object.entries(properties).flatMap(([key, property]): [string, KnownField][] => {
    const name = `${above}.${property.field ?? key}`;
    const places = Array.from({ length: property.positions ?? 0 }, (_, position) => `${name}.${position}`);
    return [
      [name, { type: property.type }],
      ...(places.length === 0 ? [name] : places).flatMap((place) =>
        flatten(property.properties ?? {}, place),
      ),
    ];
  });
}
