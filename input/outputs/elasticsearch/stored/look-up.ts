// Looks up which ids a data stream already holds, in all its backing indices: `create` refuses a second document of an id
// only within the newest of them, so after a rollover only a search can tell.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Connection } from '../connect/connection.ts';
import { ElasticsearchError } from '../errors/elasticsearch-error.ts';
import { makeKeySet, matchingKeys, searchByKeys } from './document-identity.ts';

export interface LookUp {
  readonly found: ReadonlySet<string>;
  /** False when the key may not search; an id that was not found may then be there all the same. */
  readonly complete: boolean;
}

export interface LookUpOptions {
  /** False where the documents were stored a while ago and are visible by themselves. */
  readonly refresh?: boolean;
}

const idsPerSearch = 5000;

/**
 * Looks documents up by the keys of their records. A document is found once its bulk request has ended: the refresh before
 * the search makes it visible.
 */
export async function lookUp(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  signal: AbortSignal,
  { refresh: refreshFirst = true }: LookUpOptions = {},
): Promise<LookUp> {
  const found = new Set<string>();
  const refreshed = refreshFirst
    ? await unlessForbidden(() => refresh(connection, dataStream, signal))
    : 'done';
  if (refreshed === 'missing') return { found, complete: true };
  for (let from = 0; from < ids.length; from += idsPerSearch) {
    const chunk = ids.slice(from, from + idsPerSearch);
    const searched = await unlessForbidden(() => findAll(connection, dataStream, chunk, found, signal));
    if (searched === 'forbidden') return { found, complete: false };
  }
  return { found, complete: refreshed === 'done' };
}

async function unlessForbidden<T>(ask: () => Promise<T>): Promise<T | 'forbidden'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ElasticsearchError && error.category === 'privilege') return 'forbidden';
    throw error;
  }
}

async function refresh(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<'done' | 'missing'> {
  const path = `/${encodeURIComponent(dataStream)}/_refresh`;
  const { status, body } = await connection.send(
    { method: 'POST', path, name: 'indices.refresh', index: dataStream },
    signal,
    [404],
  );
  if (status === 404) return 'missing';
  const shards = isObject(body) && isObject(body._shards) ? body._shards : {};
  if (shards.failed !== 0) throw incomplete(dataStream);
  return 'done';
}

/** Searches until nothing more is found: documents stored twice could crowd others out of a full page. */
async function findAll(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  found: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  let missing = ids;
  let full = true;
  while (full && missing.length > 0) {
    const hits = await searchOnce(connection, dataStream, missing, signal);
    const wanted = makeKeySet(missing);
    for (const hit of hits) for (const id of matchingKeys(hit, wanted)) found.add(id);
    const left = missing.filter((id) => !found.has(id));
    full = hits.length >= missing.length && left.length < missing.length;
    missing = left;
  }
}

async function searchOnce(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { body } = await connection.send(searchByKeys(dataStream, ids, ids.length), signal);
  if (!isObject(body) || body.timed_out !== false) throw incomplete(dataStream);
  return isObject(body.hits) && Array.isArray(body.hits.hits) ? body.hits.hits : [];
}

function incomplete(dataStream: string): ElasticsearchError {
  return ElasticsearchError.later(
    'look-up-incomplete',
    `Not all shards of ${dataStream} could be searched for documents that may be there already.`,
    'It is tried again; if it stays, look for unassigned shards of its backing indices.',
  );
}
