// Sets the retention of data streams. Elasticsearch's data stream lifecycle rolls indices over and, where a retention is
// set, deletes older documents, without any other policy. An operator's earlier choice stays unless another is given.

import { isObject } from '../../pipelines/json/unknown.ts';
import type { Connection } from '../outputs/elasticsearch/connect/connection.ts';
import { isOurs } from '../outputs/elasticsearch/template/template-owner.ts';
import { addLifecycle, type SetupAsset } from './assets.ts';
import { explainMissingPrivilege, readAsset } from './cluster-state.ts';

/** Returns index templates with a lifecycle, and other assets as they are. */
export async function withLifecycle(
  connection: Connection,
  assets: readonly SetupAsset[],
  retention: string | undefined,
  signal: AbortSignal,
): Promise<readonly SetupAsset[]> {
  return Promise.all(
    assets.map(async (asset) => {
      if (asset.kind !== 'index_template') return asset;
      return addLifecycle(asset, retention ?? (await readRetention(connection, asset, signal)));
    }),
  );
}

async function readRetention(
  connection: Connection,
  asset: SetupAsset,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await readAsset(connection, asset, signal);
  if (!found || !isOurs(found.body)) return undefined;
  const lifecycle = isObject(found.body.template) ? found.body.template.lifecycle : undefined;
  const retention = isObject(lifecycle) ? lifecycle.data_retention : undefined;
  return typeof retention === 'string' ? retention : undefined;
}

/** Sets the retention of existing data streams; a template counts for new ones only. */
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
    throw explainMissingPrivilege(
      error,
      'the retention of data streams',
      'manage_data_stream_lifecycle on the data streams',
    );
  }
}
