// The shape of `common.yml` as JSON Schema: what holds for all records of a dataset, whatever their type.

import { about, keys, listOf, type Schema } from './json-schema.ts';
import { aboutFile, anyNames, layerOf, type NameSchemas } from './layer-schema.ts';

/** The schema of `common.yml`, which is about all records and so has no record types and operations. */
export function commonSchema(names: NameSchemas = anyNames): Schema {
  const { field } = names;
  return keys(
    {
      about: aboutFile,
      ...layerOf(names),
      statuses: about(
        { type: 'object' },
        'The words that services write as a status, by the outcome that they stand for; read in any case, with or without spaces, underscores and hyphens.',
      ),
      related: about(
        {
          type: 'object',
          additionalProperties: keys(
            {
              from: about(listOf(field, { minItems: 1 }), 'The fields whose values are gathered.'),
              people: about(
                { type: 'boolean' },
                'Whether they name people: then addresses are gathered in lower case too, and what stands for nobody is left out.',
              ),
              first: about(
                { const: true },
                'Makes it one value, the first that is found, for a field that says the same as another.',
              ),
            },
            { required: ['from'] },
          ),
        },
        'Fields that gather the values of others, once all are written, so that one search finds a person, an address or a host wherever it stands.',
      ),
    },
    { required: ['about'] },
  );
}
