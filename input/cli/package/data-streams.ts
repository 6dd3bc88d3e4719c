// Builds the data streams of the package, each a folder with its manifest, fields, pipelines, template and sample
// event.

import type { CollectionField } from '../../../dashboards/index.ts';
import type { Field } from '../../../fields/field-types.ts';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../pipelines/document-fields.ts';
import { buildCollectionPipeline } from '../../completeness/pipeline.ts';
import { collectionDataset, listCollectionFields } from './fields/collection-fields.ts';
import { type FieldDefinition, type FieldFiles, writeFieldFiles } from './fields/field-definitions.ts';
import { writeCollectionTemplate, writeStreamTemplate } from './form/stream-template.ts';
import { writeAuditManifest, writeCollectionManifest } from './manifest-file.ts';
import { toJson, toYaml } from './package-files.ts';
import { writeAuditPipelines, writePipeline } from './pipelines/pipeline-files.ts';
import { auditSample, collectionSample } from './sample/sample-events.ts';

export interface PackageDataStream {
  /** The name of its folder. */
  readonly name: string;
  readonly manifest: object;
  readonly fields: FieldFiles;
  /** The text of each pipeline, by file name. */
  readonly pipelines: ReadonlyMap<string, string>;
  readonly template: string;
  readonly sample: object;
}

export function listDataStreams(
  definitions: Definitions,
  collectionFields?: readonly CollectionField[],
): readonly PackageDataStream[] {
  return [auditStream(definitions), collectionStream(collectionFields)];
}

function auditStream(definitions: Definitions): PackageDataStream {
  const { dataset } = definitions;
  const fields = listDocumentFields(definitions);
  return {
    name: 'audit',
    manifest: writeAuditManifest(dataset.name),
    fields: fieldFiles(dataset.name, dataset.module, fields, [dataset.recordField]),
    pipelines: writeAuditPipelines(definitions),
    template: writeStreamTemplate(),
    sample: auditSample(),
  };
}

export function collectionStream(own?: readonly CollectionField[]): PackageDataStream {
  const pipeline = buildCollectionPipeline({ withHooks: false });
  return {
    name: 'collection',
    manifest: writeCollectionManifest(),
    fields: fieldFiles(collectionDataset, 'm365', listCollectionFields(own), []),
    pipelines: new Map([['default.yml', writePipeline({ ...pipeline, name: 'default' })]]),
    template: writeCollectionTemplate(),
    sample: collectionSample(),
  };
}

function fieldFiles(dataset: string, module: string, fields: readonly Field[], closed: readonly string[]) {
  return writeFieldFiles({ dataset, module, fields, closed });
}

export function allFields({ fields }: PackageDataStream): readonly FieldDefinition[] {
  return Object.values(fields).flat();
}

/** Writes the files of a data stream. `spell` keeps a reference to ECS in a field file, or spells it out. */
export function writeDataStream(
  stream: PackageDataStream,
  spell: (field: FieldDefinition) => FieldDefinition,
): ReadonlyMap<string, string> {
  const folder = `data_stream/${stream.name}`;
  const files = new Map([
    [`${folder}/manifest.yml`, toYaml(stream.manifest)],
    [`${folder}/agent/stream/stream.yml.hbs`, stream.template],
    [`${folder}/sample_event.json`, toJson(stream.sample)],
  ]);
  for (const [name, text] of stream.pipelines)
    files.set(`${folder}/elasticsearch/ingest_pipeline/${name}`, text);
  for (const [name, fields] of Object.entries(stream.fields))
    if (fields.length > 0) files.set(`${folder}/fields/${name}`, toYaml(fields.map(spell)));
  return files;
}
