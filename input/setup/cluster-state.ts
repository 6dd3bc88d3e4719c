// What is in the cluster already, as far as setting up is concerned.

import { isObject } from '../../pipelines/json/unknown.ts';
import { OperatorError } from '../contract/errors.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { Failure } from '../outputs/elasticsearch/errors/failure.ts';
import type { Found } from '../outputs/elasticsearch/template/template-owner.ts';
import { type Asset, type AssetKind, assetPath } from './assets.ts';

export interface DataStream {
  readonly name: string;
  /** The index template that its next backing index would follow, where Elasticsearch says. */
  readonly template: string | undefined;
  /** The `_meta` of that template, where Elasticsearch says. */
  readonly meta: unknown;
  readonly writeIndex: string | undefined;
  /** Its next document makes a new backing index. */
  readonly rollsOver: boolean;
}

export async function readIndexTemplates(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const body = await read(connection, '/_index_template', 'manage_index_templates', signal);
  return listOf(body, 'index_templates').flatMap((entry) => found(entry, 'index_template'));
}

/** Undefined when there is none of that name. */
export async function readAsset(
  connection: Connection,
  asset: Pick<Asset, 'kind' | 'name'>,
  signal: AbortSignal,
): Promise<Found | undefined> {
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

export const privilegeFor: Readonly<Record<AssetKind, string>> = {
  ingest_pipeline: 'manage_ingest_pipelines',
  component_template: 'manage_index_templates',
  index_template: 'manage_index_templates',
};

export async function readDataStreams(
  connection: Connection,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<readonly DataStream[]> {
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

/** The `_meta` of the mapping that a data stream writes into now. */
export async function readMappingMeta(
  connection: Connection,
  { writeIndex }: DataStream,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  if (writeIndex === undefined) return {};
  const path = `/${encodeURIComponent(writeIndex)}/_mapping`;
  const body = await read(connection, path, 'view_index_metadata', signal);
  const index = isObject(body) ? body[writeIndex] : undefined;
  const mappings = isObject(index) ? index.mappings : undefined;
  return isObject(mappings) && isObject(mappings._meta) ? mappings._meta : {};
}

/** The parsed answer; undefined for 404. */
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
    throw explained(error, `reading ${path}`, privilege);
  }
}

/** A request that is refused for want of a privilege names the privilege it takes. */
export function explained(error: unknown, what: string, privilege: string): unknown {
  if (!(error instanceof Failure) || error.trouble !== 'privilege') return error;
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

function found(entry: Readonly<Record<string, unknown>>, key: string): Found[] {
  const body = entry[key];
  return typeof entry.name === 'string' && isObject(body) ? [{ name: entry.name, body }] : [];
}
