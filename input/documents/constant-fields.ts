// Constants that are put into every document: those of a policy (the processor add_fields), and what tells who collected
// it. They are known before the first record, so that a mapped document is not parsed again for them.

import type { Json, JsonObject } from '../../pipelines/json/json.ts';
import { writeField } from './field-path.ts';

export type ConstantValue = string | number | boolean | readonly (string | number | boolean)[];

/** Dotted field name → value. */
export type ConstantFields = Readonly<Record<string, ConstantValue>>;

/** Returns a function that sets the constants on a document; a value that stands in the way is replaced. */
export function setConstants(fields: ConstantFields): (document: JsonObject) => void {
  const paths = Object.entries(fields).map(([name, value]) => ({ names: name.split('.'), value }));
  return (document) => {
    for (const { names, value } of paths) writeField(document, names, toJson(value));
  };
}

function toJson(value: ConstantValue): Json {
  return typeof value === 'object' ? [...value] : value;
}

/**
 * Returns a function that puts constants at the end of a document's text, without parsing it; undefined where the document
 * may hold an object of the same name, into which they have to be set one by one. A name in `ours` is in no document.
 */
export function appendConstants(
  fields: ConstantFields,
  ours: readonly string[],
): (text: string) => string | undefined {
  const document: JsonObject = {};
  setConstants(fields)(document);
  const names = Object.keys(document);
  if (names.length === 0) return (text) => text;
  const members = `,${JSON.stringify(document).slice(1)}`;
  const marks = names.filter((name) => !ours.includes(name)).map((name) => `${JSON.stringify(name)}:`);
  return (text) => (marks.some((mark) => text.includes(mark)) ? undefined : `${text.slice(0, -1)}${members}`);
}

interface NestedConstants {
  readonly [name: string]: string | number | boolean | NestedConstants | undefined;
}

/** Constants of objects, by dotted names. */
export function flattenConstants(value: NestedConstants, prefix = ''): ConstantFields {
  const fields: Record<string, ConstantValue> = {};
  for (const [name, inner] of Object.entries(value))
    if (typeof inner === 'object') Object.assign(fields, flattenConstants(inner, `${prefix}${name}.`));
    else if (inner !== undefined) fields[`${prefix}${name}`] = inner;
  return fields;
}
