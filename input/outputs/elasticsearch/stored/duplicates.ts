// Finds records of which a data stream holds more than one document, by their Ids and over all backing indices. A
// document may be deleted only where it equals the first that was stored.

import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../../../pipelines/json/unknown.ts';
import type { Connection } from '../connect/connection.ts';
import { ElasticsearchError } from '../errors/elasticsearch-error.ts';
import { identityFields, keysOf } from './document-identity.ts';
import { collectedSince } from './stored-ids.ts';

export interface StoredDocument {
  /** The backing index. */
  readonly index: string;
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly source: Readonly<Record<string, unknown>>;
}

export interface DuplicateDocuments {
  /** The key of the record. */
  readonly key: string;
  readonly kept: StoredDocument;
  /** The documents that equal it, apart from when they were collected. */
  readonly equal: readonly StoredDocument[];
  readonly different: readonly StoredDocument[];
}

const idsPerPage = 5000;
/** The ids of one search, fewer than elsewhere because whole documents are read. */
const idsPerSearch = 100;
const maximumHits = 10_000;

/**
 * Finds duplicates among the documents collected since. A data stream that is not there holds none; records without an Id
 * are not compared.
 */
export async function* findDuplicates(
  connection: Connection,
  dataStream: string,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<DuplicateDocuments> {
  const path = `/${encodeURIComponent(dataStream)}`;
  const refresh = { method: 'POST', path: `${path}/_refresh`, name: 'indices.refresh' } as const;
  const { status } = await connection.send(refresh, signal, [403, 404]);
  if (status === 404) return;
  for await (const ids of pagesOfIds(connection, path, sinceMs, signal))
    for (let from = 0; from < ids.length; from += idsPerSearch)
      yield* compareAll(connection, path, ids.slice(from, from + idsPerSearch), signal);
}

/** Yields the record Ids that more than one document has, perhaps of different tenants. */
async function* pagesOfIds(
  connection: Connection,
  path: string,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  let after: unknown;
  do {
    const composite = {
      size: idsPerPage,
      sources: [{ id: { terms: { field: 'event.id' } } }],
      ...(after !== undefined && { after }),
    };
    const body = { size: 0, query: collectedSince(sinceMs), aggs: { ids: { composite } } };
    const answer = await search(connection, path, body, signal);
    const found = isObject(answer.aggregations) ? answer.aggregations.ids : undefined;
    const buckets: unknown[] = isObject(found) && Array.isArray(found.buckets) ? found.buckets : [];
    after = isObject(found) ? found.after_key : undefined;
    yield buckets.flatMap((bucket) =>
      isObject(bucket) && isObject(bucket.key) && Number(bucket.doc_count) > 1 ? [String(bucket.key.id)] : [],
    );
  } while (after !== undefined);
}

async function* compareAll(
  connection: Connection,
  path: string,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<DuplicateDocuments> {
  const body = {
    query: { terms: { 'event.id': ids } },
    fields: identityFields(),
    size: maximumHits,
    seq_no_primary_term: true,
  };
  const { hits } = await search(connection, path, body, signal);
  const documents = new Map<string, StoredDocument[]>();
  for (const hit of isObject(hits) && Array.isArray(hits.hits) ? hits.hits : []) {
    const document = readDocument(hit);
    // A document that names no tenant is identified by its `_id` alone: nothing proves that it duplicates another.
    const [key = document.id] = keysOf(hit, []);
    documents.set(key, [...(documents.get(key) ?? []), document]);
  }
  for (const [key, all] of documents) {
    const [kept, ...others] = all.toSorted(byAge);
    if (!kept || others.length === 0) continue;
    const equal = others.filter((other) => isSame(kept, other));
    yield { key, kept, equal, different: others.filter((other) => !equal.includes(other)) };
  }
}

async function search(connection: Connection, path: string, body: object, signal: AbortSignal) {
  const { body: answer } = await connection.send(
    {
      method: 'POST',
      path: `${path}/_search`,
      query: { allow_partial_search_results: false },
      body: { track_total_hits: false, ...body },
      name: 'search',
    },
    signal,
  );
  if (isObject(answer) && answer.timed_out === false) return answer;
  throw ElasticsearchError.later('search-incomplete', 'A search was not answered in full.', 'Try it again.');
}

function readDocument(hit: unknown): StoredDocument {
  if (!isObject(hit) || !isObject(hit._source)) throw new TypeError('a hit came without its document');
  return {
    index: String(hit._index),
    id: String(hit._id),
    seqNo: Number(hit._seq_no),
    primaryTerm: Number(hit._primary_term),
    source: hit._source,
  };
}

/** Orders by age: detection rules have run on the oldest. Of two that came at once, the one in the older index is first. */
function byAge(left: StoredDocument, right: StoredDocument): number {
  return (
    ingestedAt(left).localeCompare(ingestedAt(right)) ||
    left.index.localeCompare(right.index) ||
    left.seqNo - right.seqNo
  );
}

function ingestedAt({ source }: StoredDocument): string {
  const { event } = source;
  return isObject(event) && typeof event.ingested === 'string' ? event.ingested : '';
}

function isSame(left: StoredDocument, right: StoredDocument): boolean {
  return isDeepStrictEqual(withoutCollection(left.source), withoutCollection(right.source));
}

/** Removes the times of fetching and ingesting, which say nothing of the record. */
function withoutCollection(source: StoredDocument['source']): object {
  if (!isObject(source.event)) return source;
  const { created: _created, ingested: _ingested, ...event } = source.event;
  return { ...source, event };
}
