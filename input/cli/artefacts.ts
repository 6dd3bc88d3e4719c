// Lists every generated file: its path from the root of the repository and its text.

import { writeReadableJson } from '../../fields/readable-json.ts';
import { buildTemplates, type Template } from '../../fields/templates.ts';
import { type DatasetPlace, datasetNames, datasets } from '../../pipelines/datasets.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { buildEnrichmentPipelines, namePipelines } from '../../pipelines/ingest/enrichment-pipeline.ts';
import type { Pipeline } from '../../pipelines/ingest/processors.ts';
import { buildRawPipelines } from '../../pipelines/ingest/raw-pipeline.ts';
import { readDefinitions } from '../../pipelines/language/index.ts';
import { writeEditorSchemas } from '../../pipelines/language/schema/editor-schema.ts';
import { writeMappingLanguage } from '../../pipelines/reference/mapping-language.ts';
import { writeFromElastic } from '../../pipelines/reference/write-from-elastic.ts';
import { writeFields, writeRecordTypes } from '../../pipelines/reference/write-reference.ts';
import { writeProtocolDefinition } from '../agent/protocol/write-definition.ts';
import { writeSpec } from '../agent/spec/write-spec.ts';
import { buildCollectionPipeline, collectionPipelineName } from '../completeness/pipeline.ts';
import { collectionDataset } from '../settings/policy/read-completeness.ts';
import { generateSettings } from '../settings/reference/generate.ts';
import { malloc } from './launcher/start-anew.js';
import { listCollectionFields } from './package/fields/collection-fields.ts';
import { generateVersions } from './package/versions/generate-versions.ts';
import { writeSupport } from './support/write-support.ts';

export interface Artefact {
  readonly path: string;
  readonly text: string;
}

export function listArtefacts(): Artefact[] {
  return [
    ...datasetNames.flatMap((name) => listDatasetArtefacts(datasets[name], readDefinitions(name))),
    ...collectionTemplates().map(({ kind, name, body }) => writeBody('fields', kind, name, body)),
    writePipeline(buildCollectionPipeline({ withHooks: true })),
    { path: 'docs/from-elastic.md', text: writeFromElastic() },
    { path: 'docs/mapping-language.md', text: writeMappingLanguage() },
    { path: 'docs/support.md', text: writeSupport() },
    { path: 'input/agent/protocol/generated/elastic-agent.json', text: writeProtocolDefinition() },
    { path: 'deploy/m365.spec.yml', text: writeSpec(malloc) },
    ...[...generateSettings(), ...generateVersions()].map(([path, text]) => ({ path, text })),
  ];
}

/** What is made of the definitions of one dataset. */
export function listDatasetArtefacts(place: DatasetPlace, definitions: Definitions): Artefact[] {
  const { docs, folder } = place;
  const schemas = Object.entries(writeEditorSchemas(definitions));
  const pipelines = [
    ...buildEnrichmentPipelines(definitions.dataset, { withHooks: true }),
    ...buildRawPipelines(definitions),
  ];
  return [
    { path: `pipelines/generated/${place.definitions}`, text: writeReadableJson(definitions) },
    ...templatesOf(definitions).map(({ kind, name, body }) => writeBody('fields', kind, name, body)),
    ...pipelines.map(writePipeline),
    ...schemas.map(([name, schema]) => ({
      path: `pipelines/generated/${place.schemas}/${name}.json`,
      text: writeReadableJson(schema),
    })),
    { path: `${docs}/record-types.md`, text: writeRecordTypes(definitions, `pipelines/${folder}`) },
    { path: `${docs}/fields.md`, text: writeFields(definitions, listDocumentFields(definitions)) },
  ];
}

export function templatesOf(definitions: Definitions): Template[] {
  const { dataset } = definitions;
  return buildTemplates({
    dataset: dataset.name,
    fields: listDocumentFields(definitions),
    closed: [dataset.recordField],
    pipeline: namePipelines(dataset).enrichment,
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

function writePipeline({ name, body }: Pipeline): Artefact {
  return writeBody('pipelines', 'ingest_pipeline', name, body);
}

function writeBody(folder: string, kind: string, name: string, body: object): Artefact {
  return {
    path: `${folder}/generated/${kind}/${name}.json`,
    text: `${JSON.stringify(body, undefined, 1)}\n`,
  };
}
