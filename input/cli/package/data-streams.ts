// Builds the data streams of the packages, each a folder with its manifest, fields, pipelines, template and sample event:
// one for each dataset, and one for reports of completeness.

import type { CollectionField } from '../../../dashboards/index.ts';
import { type DatasetName, type DatasetPackage, datasetsOf } from '../../../pipelines/datasets.ts';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../pipelines/document-fields.ts';
import { buildCollectionPipeline } from '../../completeness/pipeline.ts';
import { collectionDataset } from '../../settings/policy/read-completeness.ts';
import { sourceKinds } from '../../sources/index.ts';
import type { RegisteredKind } from '../../sources/stream-source.ts';
import { listCollectionFields } from './fields/collection-fields.ts';
import { type FieldDefinition, writeFieldFiles } from './fields/field-definitions.ts';
import { writeCollectionTemplate, writeStreamTemplate } from './form/stream-template.ts';
import { forwardingStream } from './forwarding-stream.ts';
import { writeCollectionManifest, writeCollectionStream, writeRecordManifest } from './manifest-file.ts';
import type { PackageDataStream } from './package-data-stream.ts';
import { toJson, toYaml } from './package-files.ts';
import { writePipeline, writeRecordPipelines } from './pipelines/pipeline-files.ts';
import { collectionSample, sampleEvent } from './sample/sample-events.ts';

/** What the data streams of a package are made of. */
export interface DataStreamSources {
  /** The root of the repository. */
  readonly root: string;
  readonly readDefinitions: (dataset: DatasetName) => Definitions;
  readonly collectionFields?: readonly CollectionField[];
}

export function listDataStreams(
  packageName: DatasetPackage,
  { root, readDefinitions, collectionFields }: DataStreamSources,
): readonly PackageDataStream[] {
  return [
    ...datasetsOf(packageName).map((dataset) => recordStream(root, readDefinitions(dataset))),
    packageName === 'm365' ? collectionStream(collectionFields) : reportStream(packageName),
  ];
}

/** The kind whose records are of a dataset: a form has one stream for each data stream. */
export function kindOf(dataset: string): RegisteredKind {
  const [kind, second] = sourceKinds().filter((each) => each.dataset === dataset);
  if (kind === undefined || second !== undefined)
    throw new Error(`${dataset} has ${second ? 'several kinds' : 'no kind'} of source, and a form takes one`);
  return kind;
}

/** Its folder is called by the last part of the dataset's name. */
export const folderOf = (dataset: string): string => dataset.slice(dataset.indexOf('.') + 1);

function recordStream(root: string, definitions: Definitions): PackageDataStream {
  const { dataset } = definitions;
  const kind = kindOf(dataset.name);
  return {
    name: folderOf(dataset.name),
    manifest: writeRecordManifest(dataset, kind),
    fields: writeFieldFiles({
      dataset: dataset.name,
      module: dataset.module,
      fields: listDocumentFields(definitions),
      closed: [dataset.recordField],
    }),
    pipelines: writeRecordPipelines(definitions),
    template: writeStreamTemplate(kind),
    sample: sampleEvent(root, definitions),
  };
}

export function collectionStream(own?: readonly CollectionField[]): PackageDataStream {
  const pipeline = buildCollectionPipeline({ withHooks: false });
  return {
    name: folderOf(collectionDataset),
    manifest: writeCollectionManifest(),
    fields: writeFieldFiles({
      dataset: collectionDataset,
      module: 'm365',
      fields: listCollectionFields(own),
      closed: [],
    }),
    pipelines: new Map([['default.yml', writePipeline({ ...pipeline, name: 'default' })]]),
    template: writeCollectionTemplate(),
    sample: collectionSample(),
  };
}

/** Asks for reports of this policy's streams, into the data stream of the package that shows them. */
function reportStream(packageName: DatasetPackage): PackageDataStream {
  return forwardingStream({
    name: 'completeness',
    dataset: `${packageName}.completeness`,
    module: packageName,
    target: collectionDataset,
    field: {
      name: 'm365.collection.code',
      type: 'keyword',
      about: `What is reported goes to ${collectionDataset}; nothing is stored here.`,
      ecs: false,
    },
    title: 'Completeness',
    stream: writeCollectionStream(),
    template: writeCollectionTemplate(),
  });
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
