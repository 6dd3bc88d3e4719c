// How long documents are kept. Elasticsearch's data stream lifecycle rolls indices over and, where a retention is set,
// deletes what is older; it needs no policy beside it. What an operator chose before stays unless another is given.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { isOurs } from '../outputs/elasticsearch/template/template-owner.ts';
import { type Asset, addLifecycle } from './assets.ts';
import { explained, readAsset } from './cluster-state.ts';

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
