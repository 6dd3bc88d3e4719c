// Puts a package into the cluster as Fleet does, for one namespace: pipelines with the version in their names, and an index
// template for each data stream. An upgrade replaces both, then puts the new mapping into the data streams that are there,
// and rolls one over whose index does not take it.

import { parse } from 'yaml';
import type { PackageFiles } from '../../input/cli/package/package-files.ts';
import { type FleetMapping, mapAsFleet } from '../package/fleet-mapping.ts';
import { ask } from './cluster.ts';

export interface FleetInstallation {
  readonly files: PackageFiles;
  readonly namespace: string;
  /** The version in the names of pipelines. */
  readonly version: string;
  /** The cluster, where it is not the one of the tests. */
  readonly url?: string;
  /** In place of the mapping that the package's field files make. */
  readonly mappings?: Readonly<Record<string, Record<string, FleetMapping>>>;
}

interface InstalledStream {
  readonly folder: string;
  readonly dataStream: string;
  readonly pipelines: readonly string[];
}

/** Returns the data streams that were rolled over. */
export async function installAsFleet(installation: FleetInstallation): Promise<readonly string[]> {
  const rolledOver: string[] = [];
  for (const stream of listStreams(installation)) {
    const { dataStream } = stream;
    const { url } = installation;
    const template = await putTemplate(installation, stream);
    const { status } = await ask('GET', `/_data_stream/${dataStream}`, undefined, url);
    if (status !== 200) continue;
    const path = `/${dataStream}/_mapping?write_index_only=true`;
    const mapping = await ask('PUT', path, template.mappings, url);
    const pipeline = { 'index.default_pipeline': template.settings.index.default_pipeline ?? '_none' };
    await ask('PUT', `/${dataStream}/_settings`, pipeline, url);
    if (mapping.status === 200) continue;
    await must('POST', `/${dataStream}/_rollover`, undefined, url);
    rolledOver.push(dataStream);
  }
  return rolledOver;
}

export async function removeAsFleet(installation: FleetInstallation): Promise<void> {
  for (const { dataStream, pipelines } of listStreams(installation)) {
    await ask('DELETE', `/_data_stream/${dataStream}`);
    await ask('DELETE', `/_index_template/${dataStream}`);
    for (const name of pipelines) await ask('DELETE', `/_ingest/pipeline/${name}`);
  }
}

function listStreams(installation: FleetInstallation): InstalledStream[] {
  const { files, namespace } = installation;
  return [...files.keys()].flatMap((path) => {
    const [, folder] = /^data_stream\/([^/]+)\/manifest\.yml$/.exec(path) ?? [];
    if (folder === undefined) return [];
    const { type, dataset } = parse(String(files.get(path)));
    const dataStream = `${type}-${dataset}-${namespace}`;
    const names = pipelinesOf(files, folder).map(([name]) => pipelineName(installation, dataStream, name));
    return [{ folder, dataStream, pipelines: names }];
  });
}

/** Those that map raw records of other shippers are many, and left out: nothing sends any to a test of this. */
function pipelinesOf(files: PackageFiles, folder: string): [string, string][] {
  const place = `data_stream/${folder}/elasticsearch/ingest_pipeline/`;
  return [...files]
    .filter(([path]) => path.startsWith(place) && !path.startsWith(`${place}raw`))
    .map(([path, text]) => [path.slice(place.length).replace(/\.yml$/, ''), String(text)]);
}

const pipelineName = ({ version }: FleetInstallation, dataStream: string, name: string): string =>
  name === 'default' ? `${dataStream}-${version}` : `${dataStream}-${version}-${name}`;

async function putTemplate(installation: FleetInstallation, { folder, dataStream }: InstalledStream) {
  const { files, mappings } = installation;
  const pipelines = pipelinesOf(files, folder);
  for (const [name, text] of pipelines) {
    const resolved = text.replaceAll(/\{\{ IngestPipeline "([^"]+)" \}\}/g, (_, called) =>
      pipelineName(installation, dataStream, called),
    );
    const path = `/_ingest/pipeline/${pipelineName(installation, dataStream, name)}`;
    await must('PUT', path, parse(resolved, { version: '1.1' }), installation.url);
  }
  const { name } = parse(String(files.get('manifest.yml')));
  const meta = { package: { name }, managed_by: 'fleet', managed: true };
  const properties = mappings?.[folder] ?? mapAsFleet(readFields(files, folder));
  const pipeline = pipelines.length > 0 && {
    default_pipeline: pipelineName(installation, dataStream, 'default'),
  };
  const mapping = { ignore_malformed: true, total_fields: { limit: 4000 } };
  const index: Record<string, unknown> = { number_of_replicas: 0, mapping, ...pipeline };
  const template = {
    settings: { index },
    mappings: { _meta: meta, dynamic: false, properties: withoutMatchOnly(properties) },
  };
  const body = { index_patterns: [dataStream], priority: 950, data_stream: {}, _meta: meta, template };
  await must('PUT', `/_index_template/${dataStream}`, body, installation.url);
  return template;
}

export function readFields(files: PackageFiles, folder: string) {
  return ['base-fields.yml', 'ecs.yml', 'fields.yml'].flatMap((name) => {
    const text = files.get(`data_stream/${folder}/fields/${name}`);
    return text === undefined ? [] : parse(String(text), { merge: false });
  });
}

/** The server of these tests has no match_only_text in multi-fields. */
function withoutMatchOnly(properties: object): object {
  const text = JSON.stringify(properties);
  return JSON.parse(
    text.replaceAll('"fields":{"text":{"type":"match_only_text"}}', '"fields":{"text":{"type":"text"}}'),
  );
}

async function must(method: string, path: string, body?: unknown, url?: string): Promise<void> {
  const reply = await ask(method, path, body, url);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body?.error)}`);
}
