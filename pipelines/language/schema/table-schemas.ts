// The shapes of the two tables about record types as JSON Schema: their names, and the services behind those that have no
// file of their own.

import { type Schema, text } from './json-schema.ts';

export const namesTableSchema: Schema = {
  description: "Microsoft's record types: number and name.",
  type: 'object',
  propertyNames: { pattern: '^[0-9]+$' },
  additionalProperties: text,
};

export const workloadsTableSchema: Schema = {
  description: 'The service behind record types that have no file of their own: its name and their numbers.',
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 },
};
