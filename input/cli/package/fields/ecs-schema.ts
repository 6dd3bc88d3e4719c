// Resolves a reference to ECS into ECS's own words: a built package spells it out, and so does its field table.

import ecs from '@elastic/ecs';
import { compact } from '../package-files.ts';
import type { FieldDefinition } from './field-definitions.ts';

interface SchemaField {
  readonly type: string;
  readonly description: string;
  readonly index?: boolean;
  readonly doc_values?: boolean;
  readonly pattern?: string;
  readonly multi_fields?: readonly { readonly name: string; readonly type: string }[];
}

const schema: Readonly<Record<string, SchemaField>> = ecs.EcsFlat;

/** Spells a reference out; other fields stay as they are. Properties of the reference itself outweigh those of ECS. */
export function resolveReference(field: FieldDefinition): FieldDefinition {
  if (field.external === undefined) return field;
  const found = Object.hasOwn(schema, field.name) ? schema[field.name] : undefined;
  if (found === undefined) throw new Error(`ECS has no field "${field.name}"`);
  const { external: _, ...own } = field;
  const { type, description, index, doc_values, pattern } = found;
  const multi_fields = found.multi_fields?.map((each) => ({ name: each.name, type: each.type }));
  return { ...compact({ type, description, index, doc_values, pattern, multi_fields }), ...own };
}
