// Reads the keys of the records that a data stream holds: `prove` counts them, `state rebuild` reads them back.

import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { RecordKey } from '../../../contract/state.ts';
import type { Connection } from '../connect/connection.ts';
import { ElasticsearchError } from '../errors/elasticsearch-error.ts';
import { identityFields, keysOf, makeKeySet, matchingKeys, searchByKeys } from './document-identity.ts';
import { lookUp } from './look-up.ts';

export interface StoredIds {
  /** The number of ids that are there. */
  readonly distinct: number;
  /** The ids that more than one document has, with the number of documents. */
  readonly duplicated: ReadonlyMap<string, number>;
  readonly missing: readonly string[];
  /** False when the key may not refresh or read; the counts may then be too low. */
  readonly complete: boolean;
}

const idsPerCount = 1000;
/** The most hits that Elasticsearch returns by default. */
const maximumHits = 10_000;

/** Counts the documents of these records, whoever stored them, over all backing indices. */
export async function countIds(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<StoredIds> {
  const { found, complete } = await lookUp(connection, dataStream, ids, signal);
  const present = ids.filter((id) => found.has(id));
  const duplicated = new Map<string, number>();
  for (let from = 0; from < present.length; from += idsPerCount)
    await countCopies(connection, dataStream, present.slice(from, from + idsPerCount), duplicated, signal);
  const missing = ids.filter((id) => !found.has(id));
  return { distinct: present.length, duplicated, missing, complete };
}

/** Reads all documents of some ids at once, or by halves where a thousand ids have too many. */
async function countCopies(
  connection: Connection,
  dataStream: string,
  ids: readonly string[],
  duplicated: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await connection.send(searchByKeys(dataStream, ids, maximumHits), signal);
  const hits = readHits(body);
  if (hits.length === maximumHits && ids.length > 1) {
    const middle = Math.ceil(ids.length / 2);
    await countCopies(connection, dataStream, ids.slice(0, middle), duplicated, signal);
    return countCopies(connection, dataStream, ids.slice(middle), duplicated, signal);
  }
  const counts = new Map<string, number>();
  const wanted = makeKeySet(ids);
  for (const hit of hits)
    for (const id of matchingKeys(hit, wanted)) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, count] of counts) if (count > 1) duplicated.set(id, count);
}

export interface RecentDocuments {
  /** The earliest time of collection, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** The tenants whose records may be there: a record that names none belongs to any of them. */
  readonly tenants: readonly string[];
}

const pageSize = 10_000;
const keepAlive = '5m';

/** Yields the keys of all documents collected since, oldest first, from one point in time; none without the data stream. */
export async function* recentIds(
  connection: Connection,
  dataStream: string,
  recent: RecentDocuments,
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
  recent: RecentDocuments,
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

interface SortedHit {
  readonly ids: readonly string[];
  readonly sort: readonly unknown[];
}

async function readPage(
  connection: Connection,
  pit: string,
  { sinceMs, tenants }: RecentDocuments,
  after: readonly unknown[] | undefined,
  signal: AbortSignal,
): Promise<readonly SortedHit[]> {
  const { body } = await connection.send(
    {
      method: 'POST',
      path: '/_search',
      query: {
        filter_path: 'timed_out,hits.hits._id,hits.hits.fields,hits.hits.sort',
        allow_partial_search_results: false,
      },
      body: {
        fields: identityFields(),
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
 * Makes the query for documents collected since. Old records come in new content, so the time when a document was made or
 * ingested counts, not that of its record; the record's time counts where a document has neither.
 */
export function collectedSince(sinceMs: number): object {
  const since = (field: string) => ({ range: { [field]: { gte: sinceMs, format: 'epoch_millis' } } });
  return { bool: { should: ['event.created', 'event.ingested', '@timestamp'].map(since) } };
}

function readHits(body: unknown): readonly unknown[] {
  if (!isObject(body) || body.timed_out !== false) throw unreadable();
  return isObject(body.hits) && Array.isArray(body.hits.hits) ? body.hits.hits : [];
}

function unreadable(): ElasticsearchError {
  return ElasticsearchError.later('search-incomplete', 'A search was not answered in full.', 'Try it again.');
}
