// Writes the fields of a data stream as package-spec has them: ECS by reference, the rest spelled out, in the form from
// which Fleet makes the right mapping.

import { findEcsField } from '../../../../fields/ecs.ts';
import { type Field, flatToo, ignoreAbove, units } from '../../../../fields/field-types.ts';
import { compact } from '../package-files.ts';

export interface FieldDefinition {
  readonly name: string;
  readonly type?: string | undefined;
  readonly external?: 'ecs' | undefined;
  readonly description?: string | undefined;
  readonly unit?: string | undefined;
  readonly example?: string | undefined;
  readonly value?: string | undefined;
  readonly ignore_above?: number | undefined;
  readonly object_type?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly dynamic?: boolean | undefined;
  readonly subobjects?: boolean | undefined;
  readonly include_in_root?: boolean | undefined;
  readonly multi_fields?: readonly { readonly name: string; readonly type: string }[] | undefined;
}

/** The files of `fields/`, by name. */
export type FieldFiles = Readonly<
  Record<'base-fields.yml' | 'ecs.yml' | 'fields.yml', readonly FieldDefinition[]>
>;

export interface FieldFilesOptions {
  readonly dataset: string;
  readonly module: string;
  readonly fields: readonly Field[];
  /** Objects whose unknown keys stay out of the index. */
  readonly closed: readonly string[];
}

export function writeFieldFiles({ dataset, module, fields, closed }: FieldFilesOptions): FieldFiles {
  const base = baseFields(dataset, module);
  const others = fields.filter(({ name }) => canBeNamed(name) && !base.some((field) => field.name === name));
  const parents = new Set(others.flatMap(({ name }) => ancestorsOf(name)));
  return {
    'base-fields.yml': base,
    'ecs.yml': others.filter(({ ecs }) => ecs).map(reference),
    'fields.yml': [
      ...closed.map((name) => ({ name, type: 'group', dynamic: false })),
      ...others.filter(({ ecs }) => !ecs).flatMap((field) => define(field, parents.has(field.name))),
    ],
  };
}

/** package-spec has no words for names with blanks; in an index that Kibana set up, such a field is kept, not searched. */
function canBeNamed(name: string): boolean {
  return /^[-*_/@A-Za-z0-9]+(\.[-*_/@A-Za-z0-9]+)*$/.test(name);
}

/** Fields that every data stream of Fleet has. */
function baseFields(dataset: string, module: string): FieldDefinition[] {
  return [
    { name: '@timestamp', type: 'date', description: 'When it happened.' },
    { name: 'data_stream.type', type: 'constant_keyword', description: 'Type of the data stream.' },
    { name: 'data_stream.dataset', type: 'constant_keyword', description: 'Dataset of the data stream.' },
    { name: 'data_stream.namespace', type: 'constant_keyword', description: 'Namespace of the data stream.' },
    { name: 'event.dataset', type: 'constant_keyword', external: 'ecs', value: dataset },
    { name: 'event.module', type: 'constant_keyword', external: 'ecs', value: module },
  ];
}

function ancestorsOf(name: string): string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
}

/** Attacker-controlled text stays searchable up to 8,191 characters, where ECS stops at 1,024. */
function reference({ name }: Field): FieldDefinition {
  const type = findEcsField(name)?.type ?? '';
  const limited = /^(keyword|wildcard)$/.test(type);
  return compact({
    name,
    external: 'ecs',
    ignore_above: limited ? ignoreAbove : undefined,
    ...(type === 'nested' && flatToo),
  });
}

// Properties of the record keep their index here, where setup's templates do without: Fleet drops the limit of length of
// a keyword without an index, and a longer value would have its document refused.
function define(field: Field, hasChildren: boolean): FieldDefinition[] {
  const { name, type, about, example, unit, bag, multiFields } = field;
  const named = { name, description: about };
  if (type === 'object') return defineObject(named, bag === true, hasChildren);
  return [
    compact({
      ...named,
      type,
      example,
      unit: unit === undefined ? undefined : units[unit],
      ignore_above: type === 'keyword' || type === 'wildcard' ? ignoreAbove : undefined,
      multi_fields:
        multiFields && Object.entries(multiFields).map(([suffix, inner]) => ({ name: suffix, type: inner })),
    }),
  ];
}

/**
 * A flattened object keeps the dots of its keys; package-spec wants an `object_type` there, which Fleet drops again
 * where there are children. An object of unknown content is kept and not indexed: `other` has a copy that is.
 */
function defineObject(
  named: { name: string; description: string },
  bag: boolean,
  hasChildren: boolean,
): FieldDefinition[] {
  if (!hasChildren) return [{ ...named, type: 'object', enabled: false }];
  if (!bag) return [{ ...named, type: 'group' }];
  return [{ ...named, type: 'object', object_type: 'keyword', dynamic: false, subobjects: false }];
}
