// Every generated file: its path from the root of the repository and its text.

import { writeReadableJson } from '../../fields/readable-json.ts';
import { buildTemplates, type Template } from '../../fields/templates.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { auditField, listDocumentFields } from '../../pipelines/document-fields.ts';
import {
  buildEnrichmentPipelines,
  enrichmentPipelineName,
} from '../../pipelines/ingest/enrichment-pipeline.ts';
import { buildRawPipelines } from '../../pipelines/ingest/raw-pipeline.ts';
import { writeEditorSchemas } from '../../pipelines/language/editor-schema.ts';
import { readDefinitions } from '../../pipelines/language/index.ts';
import { writeMappingLanguage } from '../../pipelines/reference/mapping-language.ts';
import { writeFromElastic } from '../../pipelines/reference/write-from-elastic.ts';
import { writeFields, writeRecordTypes } from '../../pipelines/reference/write-reference.ts';
import { dataset } from '../../pipelines/rules/plan.ts';
import { buildCollectionPipeline, collectionPipelineName } from '../completeness/pipeline.ts';
import { generateSettings } from '../settings/reference/generate.ts';
import { collectionDataset, listCollectionFields } from './package/collection-fields.ts';

export interface Artefact {
  readonly path: string;
  readonly text: string;
}

export function listArtefacts(): Artefact[] {
  const definitions = readDefinitions();
  return [
    { path: 'pipelines/generated/definitions.json', text: writeReadableJson(definitions) },
    ...templatesOf(definitions).map(({ kind, name, body }) => writeBody('fields', kind, name, body)),
    ...collectionTemplates().map(({ kind, name, body }) => writeBody('fields', kind, name, body)),
    ...[
      ...buildEnrichmentPipelines({ withHooks: true }),
      ...buildRawPipelines(definitions),
      buildCollectionPipeline({ withHooks: true }),
    ].map(({ name, body }) => writeBody('pipelines', 'ingest_pipeline', name, body)),
    ...Object.entries(writeEditorSchemas(definitions.recordTypeNames)).map(([name, schema]) => ({
      path: `pipelines/generated/schema/${name}.json`,
      text: writeReadableJson(schema),
    })),
    { path: 'docs/record-types.md', text: writeRecordTypes(definitions) },
    { path: 'docs/fields.md', text: writeFields(listDocumentFields(definitions)) },
    { path: 'docs/from-elastic.md', text: writeFromElastic() },
    { path: 'docs/mapping-language.md', text: writeMappingLanguage() },
    ...[...generateSettings()].map(([path, text]) => ({ path, text })),
  ];
}

export function templatesOf(definitions: Definitions): Template[] {
  return buildTemplates({
    dataset,
    fields: listDocumentFields(definitions),
    closed: [auditField],
    pipeline: enrichmentPipelineName,
  });
}

function collectionTemplates(): Template[] {
  return buildTemplates({
    dataset: collectionDataset,
    fields: listCollectionFields(),
    closed: [],
    pipeline: collectionPipelineName,
  });
}

function writeBody(folder: string, kind: string, name: string, body: object): Artefact {
  return {
    path: `${folder}/generated/${kind}/${name}.json`,
    text: `${JSON.stringify(body, undefined, 1)}\n`,
  };
}
