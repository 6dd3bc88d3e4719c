// What is in a data stream, by the keys of the records: for `prove`, which counts, and for `state rebuild`, which reads them back.

import type { RecordKey } from '../../contract.ts';
import type { Connection } from './connection.ts';
import { Failure, isObject } from './failure.ts';
import { lookUp, type Sought } from './look-up.ts';
import type { Recognition } from './recognise.ts';

export interface StoredIds {
  /** How many of the ids are there. */
  readonly distinct: number;
  /** How many documents bear them: more than `distinct` when some are there twice. */
  readonly documents: number;
  readonly missing: readonly string[];
  /** False when the key may not refresh or read: then the counts may be too low. */
  readonly complete: boolean;
}

const idsPerCount = 5000;

export async function countIds(
  connection: Connection,
  dataStream: string,
  { ids, recognition }: Sought,
  signal: AbortSignal,
): Promise<StoredIds> {
  const { found, complete } = await lookUp(connection, dataStream, { ids, recognition }, signal);
  const present = ids.filter((id) => found.has(id));
  let documents = 0;
  for (let from = 0; from < present.length; from += idsPerCount) {
    const { body } = await connection.send(
      {
        method: 'POST',
        path: `/${encodeURIComponent(dataStream)}/_count`,
        body: { query: recognition.query(present.slice(from, from + idsPerCount)) },
        name: 'count',
        index: dataStream,
      },
      signal,
    );
    documents += isObject(body) && typeof body.count === 'number' ? body.count : 0;
  }
  const missing = ids.filter((id) => !found.has(id));
  return { distinct: present.length, documents, missing, complete };
}

export interface Recent {
  readonly sinceMs: number;
  readonly recognition: Recognition;
}

const pageSize = 10_000;
const keepAlive = '5m';

/** Every document created since, oldest first, from one point in time. A data stream that is not there has none. */
export async function* recentIds(
  connection: Connection,
  dataStream: string,
  { sinceMs, recognition }: Recent,
  signal: AbortSignal,
): AsyncGenerator<RecordKey> {
  const pit = await openPointInTime(connection, dataStream, signal);
  if (pit === undefined) return;
  try {
    yield* readPages(connection, pit, { sinceMs, recognition }, signal);
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
    for (const { id, sort } of hits) yield { id, seconds: Math.floor(Number(sort[0]) / 1000) };
    after = hits.at(-1)?.sort;
    if (hits.length < pageSize || after === undefined) return;
  }
}

interface Hit {
  readonly id: string;
  readonly sort: readonly unknown[];
}

async function readPage(
  connection: Connection,
  pit: string,
  { sinceMs, recognition }: Recent,
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
        ...recognition.asked,
        pit: { id: pit, keep_alive: keepAlive },
        query: { range: { '@timestamp': { gte: sinceMs, format: 'epoch_millis' } } },
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
  if (!isObject(body) || body.timed_out !== false) throw unreadable();
  const hits = isObject(body.hits) && Array.isArray(body.hits.hits) ? body.hits.hits : [];
  return hits.map((hit: unknown) => {
    const id = recognition.idOf(hit);
    if (id !== undefined && isObject(hit) && Array.isArray(hit.sort)) return { id, sort: hit.sort };
    throw unreadable();
  });
}

function unreadable(): Failure {
  return Failure.later('search-incomplete', 'A search was not answered in full.', 'Try it again.');
}
