// Reads the templates, pipelines and data streams that are in the cluster already, as far as setup needs them.

import { isObject } from '../../pipelines/json/unknown.ts';
import { OperatorError } from '../contract/errors.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { ElasticsearchError } from '../outputs/elasticsearch/errors/elasticsearch-error.ts';
import type { InstalledAsset } from '../outputs/elasticsearch/template/template-owner.ts';
import { assetPath, type SetupAsset, type SetupAssetKind } from './assets.ts';

export interface LiveDataStream {
  readonly name: string;
  /** The index template that its next backing index would follow; undefined where Elasticsearch does not show it. */
  readonly template: string | undefined;
  /** The `_meta` of that template; undefined where Elasticsearch does not show it. */
  readonly meta: unknown;
  readonly writeIndex: string | undefined;
  /** True when its next document makes a new backing index. */
  readonly rollsOver: boolean;
}

export async function readIndexTemplates(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly InstalledAsset[]> {
  const body = await read(connection, '/_index_template', 'manage_index_templates', signal);
  return listOf(body, 'index_templates').flatMap((entry) => found(entry, 'index_template'));
}

/** Reads the asset of that name in the cluster; undefined when there is none. */
export async function readAsset(
  connection: Connection,
  asset: Pick<SetupAsset, 'kind' | 'name'>,
  signal: AbortSignal,
): Promise<InstalledAsset | undefined> {
  const body = await read(connection, assetPath(asset), privilegeFor[asset.kind], signal);
  if (!isObject(body)) return undefined;
  if (asset.kind === 'ingest_pipeline') {
    const pipeline = body[asset.name];
    return isObject(pipeline) ? { name: asset.name, body: pipeline } : undefined;
  }
  return listOf(body, `${asset.kind}s`)
    .flatMap((entry) => found(entry, asset.kind))
    .find(({ name }) => name === asset.name);
}

export const privilegeFor: Readonly<Record<SetupAssetKind, string>> = {
  ingest_pipeline: 'manage_ingest_pipelines',
  component_template: 'manage_index_templates',
  index_template: 'manage_index_templates',
};

export async function readDataStreams(
  connection: Connection,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<readonly LiveDataStream[]> {
  const path = `/_data_stream/${patterns.map(encodeURIComponent).join(',')}`;
  const body = await read(connection, path, 'view_index_metadata', signal);
  return listOf(body, 'data_streams').map((entry) => ({
    name: String(entry.name),
    template: typeof entry.template === 'string' ? entry.template : undefined,
    meta: entry._meta,
    writeIndex: listOf(entry, 'indices')
      .map(({ index_name }) => String(index_name))
      .at(-1),
    rollsOver: entry.rollover_on_write === true,
  }));
}

/** Reads the `_meta` of the mapping that a data stream writes into now. */
export async function readMappingMeta(
  connection: Connection,
  { writeIndex }: LiveDataStream,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  if (writeIndex === undefined) return {};
  const path = `/${encodeURIComponent(writeIndex)}/_mapping`;
  const body = await read(connection, path, 'view_index_metadata', signal);
  const index = isObject(body) ? body[writeIndex] : undefined;
  const mappings = isObject(index) ? index.mappings : undefined;
  return isObject(mappings) && isObject(mappings._meta) ? mappings._meta : {};
}

/** Returns the parsed answer; undefined for 404. */
async function read(
  connection: Connection,
  path: string,
  privilege: string,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const { status, body } = await connection.send(
      { method: 'GET', path, name: 'setup.read' },
      signal,
      [404],
    );
    return status === 404 ? undefined : body;
  } catch (error) {
    throw explainMissingPrivilege(error, `reading ${path}`, privilege);
  }
}

/** Adds the missing privilege to the error of a request that was refused for want of it; returns others as they are. */
export function explainMissingPrivilege(error: unknown, what: string, privilege: string): unknown {
  if (!(error instanceof ElasticsearchError) || error.category !== 'privilege') return error;
  return new OperatorError({
    code: error.code,
    message: `${error.message} (${what})`,
    advice: `Use a key or user with the privilege ${privilege}; setting up takes more than delivering does.`,
    retry: { kind: 'never' },
    cause: error,
  });
}

function listOf(body: unknown, name: string): Readonly<Record<string, unknown>>[] {
  const list = isObject(body) ? body[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function found(entry: Readonly<Record<string, unknown>>, key: string): InstalledAsset[] {
  const body = entry[key];
  return typeof entry.name === 'string' && isObject(body) ? [{ name: entry.name, body }] : [];
}
