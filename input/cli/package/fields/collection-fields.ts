// Lists the fields of m365.collection documents: those that the dashboards ask for, and those that every document
// carries.

import { type CollectionField, readCollectionFields } from '../../../../dashboards/field-lookup.ts';
import { findEcsField } from '../../../../fields/ecs.ts';
import { type Field, isFieldType } from '../../../../fields/field-types.ts';

const carried = [
  '@timestamp',
  'agent.ephemeral_id',
  'agent.id',
  'agent.name',
  'agent.type',
  'agent.version',
  'data_stream.dataset',
  'data_stream.namespace',
  'data_stream.type',
  'ecs.version',
  'elastic_agent.id',
  'elastic_agent.snapshot',
  'elastic_agent.version',
  'error.message',
  'event.dataset',
  'event.ingested',
  'event.kind',
  'event.module',
  'input.type',
  'organization.id',
  'organization.name',
  'tags',
];

export function listCollectionFields(own = readCollectionFields()): Field[] {
  return [...carried.map(ecsField), ...own.map(toField)];
}

function ecsField(name: string): Field {
  const field = findEcsField(name);
  if (field === undefined) throw new Error(`ECS has no field "${name}"`);
  return field;
}

function toField({ name, type, about, unit, example }: CollectionField): Field {
  if (!isFieldType(type)) throw new Error(`${name} has the unknown type "${type}"`);
  return {
    name,
    type,
    about,
    unit,
    example: example === undefined ? undefined : String(example),
    ecs: false,
  };
}
