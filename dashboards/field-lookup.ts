// The fields that a dashboard can ask for: ECS, the properties of audit records, and the collector's own.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ecsFieldNames, findEcsField } from '../fields/ecs.ts';
import type { Definitions, Property } from '../pipelines/definitions.ts';
import type { FieldLookup, KnownField } from './definition.ts';

/** As dashboards/collection-fields.yml has them. */
export interface CollectionField extends KnownField {
  readonly name: string;
  readonly about: string;
  readonly unit?: string;
  readonly example?: string | number;
}

export function readCollectionFields(): CollectionField[] {
  return parse(readFileSync(new URL('./collection-fields.yml', import.meta.url), 'utf8'));
}

export function createFieldLookup({ properties }: Pick<Definitions, 'properties'>): FieldLookup {
  const own = new Map<string, KnownField>([
    ...flatten(properties, 'o365.audit'),
    ...readCollectionFields().map((field): [string, KnownField] => [field.name, field]),
  ]);
  return {
    find: (name) => own.get(name) ?? findEcsField(name),
    names: [...own.keys(), ...ecsFieldNames()],
  };
}

/** Structure holds fields and is none itself. */
function flatten(properties: Readonly<Record<string, Property>>, above: string): [string, KnownField][] {
  return Object.entries(properties).flatMap(([key, property]): [string, KnownField][] => {
    const name = `${above}.${key}`;
    return [[name, { type: property.type }], ...flatten(property.properties ?? {}, name)];
  });
}
