// The Elastic Common Schema as data: the type of a field, whether it holds many values, and its meaning.

import ecs from '@elastic/ecs';
import { beyondEcs, beyondEcsOf } from './beyond-ecs.ts';
import { type Field, type FieldTypeName, isFieldType } from './field-types.ts';

export const ecsVersion: string = ecs.EcsVersion;

export interface EcsField extends Field {
  /** True where ECS says that the field holds an array. */
  readonly list: boolean;
}

interface RawEcsField {
  readonly type: string;
  readonly short: string;
  readonly example?: unknown;
  readonly normalize: readonly string[];
  readonly index?: boolean;
  readonly doc_values?: boolean;
  readonly multi_fields?: readonly { readonly name: string; readonly type: string }[];
}

/**
 * ECS gives more fields a second index of their words. It is kept where people write words of their own: the name of a
 * user, an address or a user agent is found by its parts with a wildcard, and by its words in `message`.
 */
export const searchedByWord: readonly string[] = [
  'email.subject',
  'file.path',
  ...['user.full_name', 'user.changes.full_name', 'user.target.full_name'],
];

const flat: Readonly<Record<string, RawEcsField>> = ecs.EcsFlat;

/** Returns undefined for a name that neither ECS nor this project's small addition to it knows. */
export function findEcsField(name: string): EcsField | undefined {
  const own = beyondEcs.find((field) => field.name === name);
  if (own !== undefined) return { ...own, list: own.list === true };
  const raw = Object.hasOwn(flat, name) ? flat[name] : undefined;
  if (raw === undefined) return undefined;
  return {
    name,
    type: typeOf(raw.type),
    about: raw.short,
    example: raw.example === undefined ? undefined : String(raw.example),
    kept: raw.index === false && raw.doc_values === false ? 'none' : undefined,
    multiFields: searchedByWord.includes(name) ? multiFieldsOf(raw) : undefined,
    list: raw.normalize.includes('array'),
    ecs: true,
  };
}

/** With those beyond ECS that the datasets of a module have; without one, those that all have. */
export function ecsFieldNames(module = ''): string[] {
  return [...Object.keys(flat), ...beyondEcsOf(module).map((field) => field.name)];
}

function typeOf(type: string): FieldTypeName {
  if (type === 'scaled_float') return 'double';
  return isFieldType(type) ? type : 'keyword';
}

function multiFieldsOf({ multi_fields }: RawEcsField): Record<string, FieldTypeName> | undefined {
  if (multi_fields === undefined || multi_fields.length === 0) return undefined;
  return Object.fromEntries(multi_fields.map(({ name, type }) => [name, typeOf(type)]));
}
