// Writes the keys of a record-type file as tables, from the schema that files are checked by.

import { commonSchema } from '../language/schema/common-schema.ts';
import type { Schema } from '../language/schema/json-schema.ts';
import { propertyTypes } from '../language/schema/layer-schema.ts';
import { recordTypeSchema } from '../language/schema/record-type-schema.ts';
import { escapeCell, writeTable } from './table.ts';

/** One table for each place of a file, by the name that the page's template calls it. */
export function describeKeys(): Readonly<Record<string, string>> {
  const file = recordTypeSchema();
  const common = keysOf(commonSchema());
  const { event, cases, outcome, fields, operations } = keysOf(file);
  const field = itemsOf(fields);
  return {
    file: describeObject(file),
    event: describeObject(event),
    cases: describeObject(itemsOf(cases)),
    outcome: describeObject(outcome),
    steps: describeObject(itemsOf(keysOf(outcome).steps)),
    fields: describeObject(field),
    each: describeObject(itemsOf(keysOf(field).each)),
    operations: describeObject(only(itemsOf(operations), ['for'])),
    common: describeObject({
      properties: { statuses: common.statuses ?? {}, related: common.related ?? {} },
    }),
    related: describeObject(valuesOf(common.related)),
    types: writeTable(
      ['type', 'for'],
      Object.entries(propertyTypes).map(([name, purpose]) => [`\`${name}\``, purpose]),
    ),
  };
}

function describeObject(schema: Schema | undefined): string {
  const required = schema?.required ?? [];
  const rows = Object.entries(keysOf(schema)).map(([name, key]) => [
    `\`${name}\`${required.includes(name) ? ' (always)' : ''}`,
    escapeCell(key.description ?? ''),
    valuesOfKey(key)
      .map((value) => `\`${value}\``)
      .join(' '),
  ]);
  return rows.some(([, , values]) => values !== '')
    ? writeTable(['key', 'what it says', 'one of'], rows)
    : writeTable(
        ['key', 'what it says'],
        rows.map((row) => row.slice(0, 2)),
      );
}

function valuesOfKey(key: Schema): readonly string[] {
  return key.enum ?? itemsOf(key)?.enum ?? [];
}

function keysOf(schema: Schema | undefined): Readonly<Record<string, Schema>> {
  return schema?.properties ?? {};
}

function itemsOf(schema: Schema | undefined): Schema | undefined {
  return schema?.items;
}

function valuesOf(schema: Schema | undefined): Schema | undefined {
  const values = schema?.additionalProperties;
  return typeof values === 'object' ? values : undefined;
}

function only(schema: Schema | undefined, names: readonly string[]): Schema {
  const kept = Object.entries(keysOf(schema)).filter(([name]) => names.includes(name));
  return { required: schema?.required ?? [], properties: Object.fromEntries(kept) };
}
