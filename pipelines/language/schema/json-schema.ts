// JSON Schema as far as the files of definitions need it: its type, and the parts that their schemas are put together from.

/** JSON Schema, as far as it is used here. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

export const text = { type: 'string', minLength: 1 };
export const texts = { type: 'array', items: text, minItems: 1 };
export const textOrTexts = { anyOf: [text, texts] };
export const scalar = { type: ['string', 'number', 'boolean'] };
export const scalars = { anyOf: [scalar, { type: 'array', items: scalar }] };

/** An object with these keys and no others. */
export function keys(properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema {
  return { type: 'object', additionalProperties: false, ...more, properties };
}

export function listOf(items: Schema, more: Schema = {}): Schema {
  return { type: 'array', ...more, items };
}

export function about(schema: Schema, description: string): Schema {
  return { ...schema, description };
}
