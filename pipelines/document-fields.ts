// Every field that a document of a dataset can hold, with its type and its sentence.

import { beyondEcsOf } from '../fields/beyond-ecs.ts';
import { findEcsField } from '../fields/ecs.ts';
import { type Field, type FieldTypeName, hasSearchableDocValues, type Kept } from '../fields/field-types.ts';
import { findConverter } from './converters/index.ts';
import type { Dataset } from './dataset.ts';
import {
  type Definitions,
  layersOf,
  type Properties,
  type Property,
  type PropertyType,
  type Rule,
} from './definitions.ts';

/** The fields that the collector, the mapper and the pipeline write whatever the record says. */
const fixedFields = [
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
  'error.message',
  'event.action',
  'event.category',
  'event.code',
  'event.created',
  'event.dataset',
  'event.id',
  'event.ingested',
  'event.kind',
  'event.module',
  'event.original',
  'event.outcome',
  'event.provider',
  'event.type',
  'message',
  'organization.id',
  'organization.name',
  'tags',
];

/** The fields that the enrichment pipeline adds to each end of a connection. */
export const enrichedEnds: readonly string[] = ['source', 'client', 'destination', 'server'];

const geoFields = [
  ...['city_name', 'continent_code', 'continent_name', 'country_iso_code', 'country_name', 'location'],
  ...['postal_code', 'region_iso_code', 'region_name', 'timezone'],
];
const userAgentFields = [
  ...['device.name', 'name', 'original', 'os.full', 'os.name', 'os.version', 'version'],
];

export function listDocumentFields(definitions: Definitions): Field[] {
  const names = new Set([...fixedFields, ...writtenFields(definitions), ...enrichmentFields()]);
  for (const { name } of beyondEcsOf(definitions.dataset.module)) names.add(name);
  const ecs = [...names].sort().map(ecsField);
  return [...ecs, ...recordFields(definitions)];
}

function ecsField(name: string): Field {
  const field = findEcsField(name);
  if (field === undefined) throw new Error(`ECS has no field "${name}"`);
  return field;
}

/** Those that only the ingest pipeline fills: where addresses are, and what user agents are. */
export function enrichmentFields(): string[] {
  const ends = enrichedEnds.flatMap((end) => [
    `${end}.as.number`,
    `${end}.as.organization.name`,
    ...geoFields.map((name) => `${end}.geo.${name}`),
  ]);
  return [...ends, ...userAgentFields.map((name) => `user_agent.${name}`)];
}

/** Targets of rules, and the lists that gather from them. */
function writtenFields(definitions: Definitions): string[] {
  const rules = layersOf(definitions).flatMap((layer) => layer.rules);
  return [...rules.flatMap(targetsOf), ...definitions.related.map(({ to }) => to.join('.'))];
}

/** A converter that fills fields stands for them; one that makes objects for a list stands for the list too. */
function targetsOf({ to, converter, each }: Rule): string[] {
  return to.flatMap(({ path, leaves, people }) => {
    const name = path.join('.');
    const { fills, makes } = findConverter(converter) ?? {};
    const filled = leaves ?? fills;
    const inner = each?.flatMap(targetsOf) ?? makes ?? [];
    const below = (filled ?? inner).map((leaf) => (name === '' ? leaf : `${name}.${leaf}`));
    return filled === undefined && people !== true ? [name, ...below] : below;
  });
}

function recordFields({ dataset, properties }: Definitions): Field[] {
  const { recordField } = dataset;
  return [
    ...listProperties(properties, compileNaming(dataset)),
    {
      name: `${recordField}.other`,
      type: 'flattened',
      about: 'Properties without a definition of their own, by their path; searchable as text.',
      ecs: false,
    },
    ...(properties.valueless === undefined ? [valuelessField(recordField)] : []),
    {
      name: `${recordField}.unplaced`,
      type: 'keyword',
      about: 'What was not of the type its definition says, and is in `other` instead: path and reason.',
      example: 'Sender: object in place of keyword',
      ecs: false,
    },
  ];
}

const mappedTypes: Readonly<Record<PropertyType, FieldTypeName>> = {
  keyword: 'keyword',
  text: 'match_only_text',
  long: 'long',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  ip: 'ip',
  object: 'object',
  pairs: 'object',
  changes: 'object',
  flattened: 'flattened',
};

/** Describes the field where no file describes it in the words of its records. */
function valuelessField(recordField: string): Field {
  const about = 'What lists of names and values name without a value, each with its list.';
  return { name: `${recordField}.valueless`, type: 'keyword', about, ecs: false };
}

/** The place of a property: its path in the record, and the field of the document. */
interface Naming {
  readonly path: string;
  readonly field: string;
  readonly keptOf: (path: string, type: FieldTypeName) => Kept | undefined;
}

function compileNaming({ recordField, indexed, moved }: Dataset): Naming {
  const hasIndex = new Set(indexed.flatMap(({ properties }) => properties));
  const keptOf = (path: string, type: FieldTypeName) => {
    if (moved.includes(path)) return 'document';
    return hasSearchableDocValues(type) && !hasIndex.has(path) ? 'doc_values' : undefined;
  };
  return { path: '', field: `${recordField}.`, keptOf };
}

/**
 * An investigation searches the fields of ECS, which are indexed; most properties of the record narrow down what those
 * found, and doc values answer that in half the room.
 */
function listProperties(properties: Properties, { path, field: above, keptOf }: Naming): Field[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const { type, about, example, unit, field: own = name } = property;
    const fieldType = mappedTypes[type];
    const field: Field = {
      name: above + own,
      type: fieldType,
      about,
      example,
      unit,
      bag: type === 'pairs' || type === 'changes',
      kept: keptOf(path + name, fieldType),
      ecs: false,
    };
    const inner = property.properties ?? {};
    const below = placesOf(above + own, property).flatMap((place) =>
      listProperties(inner, { path: `${path}${name}.`, field: `${place}.`, keptOf }),
    );
    return [field, ...below];
  });
}

/** The object, or each of its positions. */
function placesOf(field: string, { positions }: Property): string[] {
  if (positions === undefined) return [field];
  return Array.from({ length: positions }, (_, i) => `${field}.${i}`);
}
