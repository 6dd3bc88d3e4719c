// The shape of a record-type file as JSON Schema: files are checked by it, the schema for editors and the page about the
// language are made from it. What a name refers to is checked when files are resolved.

import { about, keys, listOf, type Schema, text, textOrTexts, texts } from './json-schema.ts';
import { aboutFile, anyNames, layerOf, type NameSchemas } from './layer-schema.ts';

/** The schema of a record-type file, with what may stand where it names something. */
export function recordTypeSchema(names: NameSchemas = anyNames): Schema {
  const layer = layerOf(names);
  return keys(
    {
      about: aboutFile,
      record_types: about(
        names.recordTypes,
        "The record types, by Microsoft's number and name. A record type is in one file. A file without any is there for others to extend.",
      ),
      workload: about(
        { anyOf: [text, texts, { type: 'object', additionalProperties: textOrTexts }] },
        'What the records say in `Workload`, for the docs; by number where the record types differ in it.',
      ),
      extends: about(
        text,
        'The name of another file, which says everything that this one does not, see "How layers add up". That file may extend a further one.',
      ),
      ...layer,
      operations: about(
        listOf(
          keys(
            {
              for: about(
                texts,
                'Values of `Operation`, as Microsoft writes them, or their beginnings (`[Add member*]`). Every entry that names an operation applies; only where none does, the one with the longest beginning that fits.',
              ),
              ...layer,
            },
            { required: ['for'], minProperties: 2 },
          ),
        ),
        'What single operations add to the file, with the same keys as the file.',
      ),
    },
    { required: ['about'] },
  );
}
