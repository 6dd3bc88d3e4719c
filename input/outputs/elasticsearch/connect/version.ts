// Reads the version of an Elasticsearch, and refuses one that is too old.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import { OperatorError } from '../../../contract/errors.ts';
import { ElasticsearchError } from '../errors/elasticsearch-error.ts';
import type { Connection } from './connection.ts';

export const oldestVersion = '8.18';

export interface ServerVersion {
  /** The version, such as `9.1.0`; undefined when the key may not ask. */
  readonly number: string | undefined;
  readonly serverless: boolean;
  /** The UUID of the cluster; undefined when the key may not ask. */
  readonly cluster?: string | undefined;
}

export async function readVersion(connection: Connection, signal: AbortSignal): Promise<ServerVersion> {
  try {
    const { body } = await connection.send({ method: 'GET', path: '/', name: 'info' }, signal);
    const version = isObject(body) && isObject(body.version) ? body.version : {};
    return {
      number: typeof version.number === 'string' ? version.number : undefined,
      serverless: version.build_flavor === 'serverless',
      cluster: isObject(body) && typeof body.cluster_uuid === 'string' ? body.cluster_uuid : undefined,
    };
  } catch (error) {
    if (error instanceof ElasticsearchError && error.category === 'privilege')
      return { number: undefined, serverless: false };
    throw error;
  }
}

export function isSupported({ number, serverless }: ServerVersion): boolean {
  if (serverless || number === undefined) return true;
  const [major = 0, minor = 0] = number.split('.').map(Number);
  return major > 8 || (major === 8 && minor >= 18);
}

export function requireSupported(address: string, version: ServerVersion): void {
  if (isSupported(version)) return;
  throw new OperatorError({
    code: 'elasticsearch-version',
    message: `${address} is Elasticsearch ${version.number}; ${oldestVersion} or later is needed.`,
    advice: `Upgrade Elasticsearch to ${oldestVersion} or later.`,
    retry: { kind: 'never' },
  });
}
