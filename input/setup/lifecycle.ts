// How long documents are kept. Elasticsearch's data stream lifecycle rolls indices over and, where a retention is set,
// deletes what is older; it needs no policy beside it. What an operator chose before stays unless another is given.

import type { Connection } from '../outputs/elasticsearch/connection.ts';
import { isObject } from '../outputs/elasticsearch/failure.ts';
import { isOurs } from '../outputs/elasticsearch/template-owner.ts';
import type { Asset } from './assets.ts';
import { explained, readAsset } from './cluster-state.ts';

interface Lifecycle {
  readonly enabled: true;
  /** `90d`; absent keeps documents for ever. */
  readonly data_retention?: string;
}

/** Index templates with a lifecycle; other assets as they are. */
export async function withLifecycle(
  connection: Connection,
  assets: readonly Asset[],
  retention: string | undefined,
  signal: AbortSignal,
): Promise<readonly Asset[]> {
  return Promise.all(
    assets.map(async (asset) => {
      if (asset.kind !== 'index_template') return asset;
      return addLifecycle(asset, retention ?? (await readRetention(connection, asset, signal)));
    }),
  );
}

export function addLifecycle(asset: Asset, retention: string | undefined): Asset {
  const template = isObject(asset.body.template) ? asset.body.template : {};
  const lifecycle: Lifecycle = {
    enabled: true,
    ...(retention !== undefined && { data_retention: retention }),
  };
  return { ...asset, body: { ...asset.body, template: { ...template, lifecycle } } };
}

/** The stamp of a mapping does not change with how long its documents are kept. */
export function withoutLifecycle(body: Asset['body']): Asset['body'] {
  if (!isObject(body.template)) return body;
  const { lifecycle: _, ...template } = body.template;
  if (Object.keys(template).length > 0) return { ...body, template };
  const { template: __, ...rest } = body;
  return rest;
}

async function readRetention(
  connection: Connection,
  asset: Asset,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await readAsset(connection, asset, signal);
  if (!found || !isOurs(found.body)) return undefined;
  const lifecycle = isObject(found.body.template) ? found.body.template.lifecycle : undefined;
  const retention = isObject(lifecycle) ? lifecycle.data_retention : undefined;
  return typeof retention === 'string' ? retention : undefined;
}

/** A template counts for new data streams; those that are there are told themselves. */
export async function putRetention(
  connection: Connection,
  dataStreams: readonly string[],
  retention: string,
  signal: AbortSignal,
): Promise<void> {
  if (dataStreams.length === 0) return;
  const path = `/_data_stream/${dataStreams.map(encodeURIComponent).join(',')}/_lifecycle`;
  try {
    await connection.send(
      { method: 'PUT', path, body: { data_retention: retention }, name: 'setup.lifecycle' },
      signal,
    );
  } catch (error) {
    throw explained(
      error,
      'the retention of data streams',
      'manage_data_stream_lifecycle on the data streams',
    );
  }
}
