// Makes an index of all samples on a real server: the project's own templates and ingest pipelines under names of their
// own, and every record in it, mapped by the input or left to the ingest pipeline.

import { randomUUID } from 'node:crypto';
import { assetKinds, assetPath, type SetupAsset } from '../../input/setup/assets.ts';
import { datasetOfAsset, readOwnAssets } from '../../input/setup/own-assets.ts';
import { mainDataset } from '../../pipelines/datasets.ts';
import { loadMapper } from '../../pipelines/index.ts';
import { ask } from '../elasticsearch/cluster.ts';
import type { EsqlRow } from './esql.ts';
import type { FieldValues } from './evaluate.ts';
import type { Value } from './expressions.ts';
import type { FieldTypes } from './kql.ts';
import { type RawRecord, readSample, sampleNames } from './samples.ts';

export interface SampleIndex {
  readonly dataStreams: readonly string[];
  readonly types: FieldTypes;
  drop(): Promise<void>;
}

/** The `_id` of its document, which the ingest pipeline gives to raw records itself. */
export const documentId = ({ OrganizationId, Id }: RawRecord) => `${OrganizationId}:${Id}`;

/** The document that is sent for a record. */
export type DeliverRecord = (record: RawRecord, namespace: string) => object;

export async function makeSampleIndex(deliver: DeliverRecord): Promise<SampleIndex> {
  const namespace = `m365detections${randomUUID().slice(0, 8)}`;
  const dataStream = `logs-o365.audit-${namespace}`;
  const drop = () => dropAll(dataStream, namespace);
  try {
    const assets = readOwnAssets().filter((asset) => (datasetOfAsset(asset) ?? mainDataset) === mainDataset);
    await install(renameAssets(assets, namespace, dataStream));
    await index(
      dataStream,
      prepareSamples((record) => deliver(record, namespace)),
    );
    return { dataStreams: [dataStream], types: await readTypes([dataStream]), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function install(assets: readonly SetupAsset[]): Promise<void> {
  for (const kind of assetKinds) {
    const some = assets.filter((asset) => asset.kind === kind);
    await Promise.all(some.map((asset) => demand('PUT', assetPath(asset), asset.body)));
  }
}

async function dropAll(dataStream: string, suffix: string): Promise<void> {
  await ask('DELETE', `/_data_stream/${dataStream}`);
  for (const kind of assetKinds.toReversed())
    await ask('DELETE', `${assetPath({ kind, name: '' })}*-${suffix}`);
}

export async function demand(method: string, path: string, body?: unknown) {
  const reply = await ask(method, path, body);
  if (reply.status < 300) return reply.body;
  throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body).slice(0, 2000)}`);
}

/** Names of their own, so that nothing that is set up on the server is touched. */
function renameAssets(assets: readonly SetupAsset[], suffix: string, dataStream: string): SetupAsset[] {
  const names = new Map(assets.map(({ name }) => [name, `${name}-${suffix}`]));
  // The end of the name of a called pipeline may be told by the document.
  const rename = (text: string) => names.get(text) ?? (text.endsWith('}}}') ? `${text}-${suffix}` : text);
  return assets.map(({ kind, name, body }) => {
    const renamed: SetupAsset['body'] = JSON.parse(
      JSON.stringify(body, (_, value) => (typeof value === 'string' ? rename(value) : value)),
    );
    const isTemplate = kind === 'index_template';
    return {
      kind,
      name: names.get(name) ?? name,
      body: isTemplate ? { ...renamed, index_patterns: [dataStream], priority: 10_000 } : renamed,
    };
  });
}

const mapper = loadMapper();

/** Makes the document that the input sends. */
export const mapRecord: DeliverRecord = (record, namespace) =>
  mapper.map(mapper.read(JSON.stringify(record)), {
    tenantId: record.OrganizationId,
    fetchedAt: '2026-04-20T12:00:00.000Z',
    namespace,
  });

/** Makes the document of another shipper, which knows the data stream and nothing of the record. */
export const passRecord: DeliverRecord = (record, namespace) => ({
  '@timestamp': '2026-04-20T12:00:00.000Z',
  data_stream: { type: 'logs', dataset: 'o365.audit', namespace },
  message: JSON.stringify(record),
});

function prepareSamples(prepare: (record: RawRecord) => object): Map<string, object> {
  const samples = sampleNames().map(readSample);
  const records = samples.flatMap((sample) => [...(sample?.match ?? []), ...(sample?.nearMiss ?? [])]);
  return new Map(records.map((record) => [documentId(record), prepare(record)]));
}

async function index(dataStream: string, documents: ReadonlyMap<string, object>): Promise<void> {
  await demand('PUT', `/_data_stream/${dataStream}`);
  await Promise.all(
    [...documents].map(([id, document]) =>
      demand('PUT', `/${dataStream}/_create/${encodeURIComponent(id)}`, document),
    ),
  );
  await demand('POST', `/${dataStream}/_refresh`);
}

/** Returns the type of every field that holds values. */
export async function readTypes(dataStreams: readonly string[]): Promise<FieldTypes> {
  const { fields } = await demand('GET', `/${dataStreams.join(',')}/_field_caps?fields=*`);
  const names: Record<string, Record<string, unknown>> = fields;
  return new Map(
    Object.entries(names).flatMap(([name, types]) =>
      Object.keys(types)
        .filter((type) => type !== 'object')
        .map((type) => [name, type] as const),
    ),
  );
}

const isText = (type: string | undefined) => type === 'text' || type === 'match_only_text';

/**
 * Returns every document of the index, with the values that the query languages read: those of the index, not of the
 * source.
 */
export async function readRows(
  { dataStreams, types }: SampleIndex,
  fields: readonly string[],
): Promise<EsqlRow[]> {
  const { hits } = await demand('POST', `/${dataStreams.join(',')}/_search`, {
    size: 10_000,
    _source: false,
    // Text has no doc values: it is read from the source.
    fields: fields.filter((name) => isText(types.get(name))),
    docvalue_fields: fields
      .filter((name) => types.has(name) && !isText(types.get(name)))
      .map((field) => (types.get(field) === 'date' ? { field, format: 'epoch_millis' } : { field })),
  });
  const found: { _id: string; fields?: Record<string, Value[]> }[] = hits.hits;
  return found.map(({ _id, fields: values = {} }) => ({
    ids: new Set([_id]),
    values: new Map(
      Object.entries(values).map(([name, all]): [string, FieldValues] => [
        name,
        types.get(name) === 'date' ? all.map(Number) : all,
      ]),
    ),
  }));
}
