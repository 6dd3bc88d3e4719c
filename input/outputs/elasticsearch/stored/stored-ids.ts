// What is in a data stream, by the keys of the records: for `prove`, which counts, and for `state rebuild`, which reads them back.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { RecordKey } from '../../../contract/state.ts';
import type { Connection } from '../connect/connection.ts';
import { Failure } from '../errors/failure.ts';
import { lookUp } from './look-up.ts';
import { keysOf, recognisedBy, searchFor, seek, soughtOf } from './recognise.ts';

export interface StoredIds {
  /** How many of the ids are there. */
  readonly distinct: number;
  /** Those that more than one document bears, with how many. */
  readonly several: ReadonlyMap<string, number>;
  readonly missing: readonly string[];
  /** False when the key may not refresh or read: then the counts may be too low. */
  readonly complete: boolean;
}

const idsPerCount = 1000;
/** What Elasticsearch gives at most by default. */
const mostHits = 10_000;

/** By the keys of the records, whoever stored them, over all backing indices. */
export async function countIds(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<StoredIds> {
  const { found, complete } = await lookUp(connection, dataStream, ids, signal);
  const present = ids.filter((id) => found.has(id));
  const several = new Map<string, number>();
  for (let from = 0; from < present.length; from += idsPerCount)
    await countCopies(connection, dataStream, present.slice(from, from + idsPerCount), several, signal);
  const missing = ids.filter((id) => !found.has(id));
  return { distinct: present.length, several, missing, complete };
}

/** All documents of some ids are read at once; where even a thousand have too many, by halves. */
async function countCopies(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  several: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await connection.send(searchFor(dataStream, ids, mostHits), signal);
  const hits = readHits(body);
  if (hits.length === mostHits && ids.length > 1) {
    const middle = Math.ceil(ids.length / 2);
    await countCopies(connection, dataStream, ids.slice(0, middle), several, signal);
    return countCopies(connection, dataStream, ids.slice(middle), several, signal);
  }
  const counts = new Map<string, number>();
  const sought = seek(ids);
  for (const hit of hits) for (const id of soughtOf(hit, sought)) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, count] of counts) if (count > 1) several.set(id, count);
}

export interface Recent {
  /** Of when they were collected. */
  readonly sinceMs: number;
  /** Whose records may be there: one that does not say it belongs to any of them. */
  readonly tenants: readonly string[];
}

const pageSize = 10_000;
const keepAlive = '5m';

/** Every document collected since, oldest first, from one point in time. A data stream that is not there has none. */
export async function* recentIds(
  connection: Connection,
  dataStream: string,
  recent: Recent,
  signal: AbortSignal,
): AsyncGenerator<RecordKey> {
  const pit = await openPointInTime(connection, dataStream, signal);
  if (pit === undefined) return;
  try {
    yield* readPages(connection, pit, recent, signal);
  } finally {
    const close = {
      method: 'DELETE',
      path: '/_pit',
      body: { id: pit },
      name: 'close_point_in_time',
    } as const;
    await connection.send(close, signal, [404]).catch(() => undefined);
  }
}

async function openPointInTime(
  connection: Connection,
  dataStream: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = encodeURIComponent(dataStream);
  const refresh = { method: 'POST', path: `/${name}/_refresh`, name: 'indices.refresh' } as const;
  await connection.send(refresh, signal, [403, 404]);
  const { status, body } = await connection.send(
    { method: 'POST', path: `/${name}/_pit`, query: { keep_alive: keepAlive }, name: 'open_point_in_time' },
    signal,
    [404],
  );
  if (status === 404) return undefined;
  if (isObject(body) && typeof body.id === 'string') return body.id;
  throw unreadable();
}

async function* readPages(
  connection: Connection,
  pit: string,
  recent: Recent,
  signal: AbortSignal,
): AsyncGenerator<RecordKey> {
  let after: readonly unknown[] | undefined;
  for (;;) {
    const hits = await readPage(connection, pit, recent, after, signal);
    for (const { ids, sort } of hits)
      for (const id of ids) yield { id, seconds: Math.floor(Number(sort[0]) / 1000) };
    after = hits.at(-1)?.sort;
    if (hits.length < pageSize || after === undefined) return;
  }
}

interface Hit {
  readonly ids: readonly string[];
  readonly sort: readonly unknown[];
}

async function readPage(
  connection: Connection,
  pit: string,
  { sinceMs, tenants }: Recent,
  after: readonly unknown[] | undefined,
  signal: AbortSignal,
): Promise<readonly Hit[]> {
  const { body } = await connection.send(
    {
      method: 'POST',
      path: '/_search',
      query: {
        filter_path: 'timed_out,hits.hits._id,hits.hits.fields,hits.hits.sort',
        allow_partial_search_results: false,
      },
      body: {
        fields: recognisedBy(),
        pit: { id: pit, keep_alive: keepAlive },
        query: collectedSince(sinceMs),
        sort: [{ '@timestamp': { order: 'asc', numeric_type: 'date' } }],
        size: pageSize,
        _source: false,
        track_total_hits: false,
        ...(after && { search_after: after }),
      },
      name: 'search',
    },
    signal,
  );
  return readHits(body).map((hit) => {
    const ids = keysOf(hit, tenants);
    if (ids.length > 0 && isObject(hit) && Array.isArray(hit.sort)) return { ids, sort: hit.sort };
    throw unreadable();
  });
}

/**
 * Old records come in new content: what counts is when a document was made or taken in, not the time of its record. One
 * that tells neither is taken by its record's time.
 */
export function collectedSince(sinceMs: number): object {
  const since = (field: string) => ({ range: { [field]: { gte: sinceMs, format: 'epoch_millis' } } });
  return { bool: { should: ['event.created', 'event.ingested', '@timestamp'].map(since) } };
}

function readHits(body: unknown): readonly unknown[] {
  if (!isObject(body) || body.timed_out !== false) throw unreadable();
  return isObject(body.hits) && Array.isArray(body.hits.hits) ? body.hits.hits : [];
}

function unreadable(): Failure {
  return Failure.later('search-incomplete', 'A search was not answered in full.', 'Try it again.');
}
