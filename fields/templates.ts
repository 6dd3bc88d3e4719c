// Builds the index and component templates of a data stream, in the names and the order that Elastic's own tools use,
// so that `@custom` templates and pipelines of operators keep working.

import type { Field } from './field-types.ts';
import { ignoreAbove } from './field-types.ts';
import { buildProperties } from './mappings.ts';

export interface TemplateOptions {
  /** Its name is part of the names of templates and data streams. */
  readonly dataset: string;
  readonly fields: readonly Field[];
  /** Objects whose unknown keys stay out of the index. */
  readonly closed: readonly string[];
  /** Name of the default ingest pipeline. */
  readonly pipeline: string;
}

export interface Template {
  readonly kind: 'component_template' | 'index_template';
  readonly name: string;
  /** The body as it is PUT. */
  readonly body: object;
}

const meta = { generated: 'by "npm run generate" from pipelines/record-types', managed_by: 'm365' };

/** The room between the number of mapped fields and the limit, for fields that operators add. */
const fieldsToSpare = 1000;

export function buildTemplates(given: TemplateOptions): Template[] {
  const options = { ...given, fields: given.fields.filter(({ kept }) => kept !== 'document') };
  const name = `logs-${options.dataset}`;
  return [
    {
      kind: 'component_template',
      name: `${name}@package`,
      body: { _meta: meta, template: { settings: settingsOf(options), mappings: mappingsOf(options) } },
    },
    {
      kind: 'index_template',
      name,
      body: {
        _meta: meta,
        index_patterns: [`${name}-*`],
        priority: 200,
        data_stream: {},
        composed_of: [`${name}@package`, `${name}@custom`],
        ignore_missing_component_templates: [`${name}@custom`],
      },
    },
  ];
}

function settingsOf({ fields, pipeline }: TemplateOptions): object {
  return {
    index: {
      default_pipeline: pipeline,
      codec: 'best_compression',
      mapping: {
        total_fields: {
          limit: Math.ceil((fields.length + fieldsToSpare) / 500) * 500,
          ignore_dynamic_beyond_limit: true,
        },
        ignore_malformed: true,
      },
      query: { default_field: ['message', 'event.action', 'user.name', 'user.id', 'source.address'] },
    },
  };
}

function mappingsOf({ fields, closed }: TemplateOptions): object {
  return {
    date_detection: false,
    dynamic_templates: [
      {
        text_as_keyword: {
          match_mapping_type: 'string',
          mapping: { type: 'keyword', ignore_above: ignoreAbove },
        },
      },
    ],
    properties: buildProperties(fields, closed),
  };
}
