// The strictest proof: fetches content again, record by record, and asks Elasticsearch for each Id.

import type { RecordReader } from '../../../pipelines/mapper.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { Feed } from '../../contract/feed.ts';
import type { ListedBlob } from '../../contract/state.ts';
import { RecordSplitter } from '../../json-stream/record-splitter.ts';
import type { Connection } from '../../outputs/elasticsearch/connect/connection.ts';
import { countIds } from '../../outputs/elasticsearch/stored/stored-ids.ts';
import type { Tenant } from '../microsoft.ts';

export interface RecordProof {
  /** Distinct Ids that Microsoft serves. */
  readonly served: number;
  readonly found: number;
  /** Of those found, the ones of which there is more than one document. */
  readonly doubled: number;
  /** The first of these. */
  readonly several: readonly string[];
  /** The first of those that are not there. */
  readonly missing: readonly string[];
  readonly missingCount: number;
  /** Blobs that could not be fetched again, with the reason. */
  readonly unread: readonly string[];
}

export interface Asking {
  readonly tenant: Tenant;
  readonly feed: Feed;
  /** Of the records of the stream. */
  readonly reader: RecordReader;
  readonly connection: Connection;
  readonly dataStream: string;
  /** Ids that are kept as dead letters. */
  readonly setAside: ReadonlySet<string>;
  readonly maximumRecordBytes: number;
  readonly signal: AbortSignal;
}

const idsAtOnce = 5000;
const shown = 20;

export async function proveRecords(blobs: Iterable<ListedBlob>, asking: Asking): Promise<RecordProof> {
  const proof = {
    served: 0,
    found: 0,
    doubled: 0,
    several: [] as string[],
    missing: [] as string[],
    missingCount: 0,
    unread: [] as string[],
  };
  let waiting = new Set<string>();
  const ask = async () => {
    const ids = [...waiting].filter((id) => !asking.setAside.has(id));
    waiting = new Set();
    if (ids.length === 0) return;
    const stored = await countIds(asking.connection, asking.dataStream, ids, asking.signal);
    if (!stored.complete) throw mayNotRead(asking.dataStream);
    proof.served += ids.length;
    proof.found += stored.distinct;
    proof.doubled += stored.duplicated.size;
    proof.several.push(...[...stored.duplicated.keys()].slice(0, shown - proof.several.length));
    proof.missingCount += stored.missing.length;
    proof.missing.push(...stored.missing.slice(0, shown - proof.missing.length));
  };
  for (const blob of blobs) {
    try {
      for await (const id of readIds(blob, asking)) waiting.add(id);
    } catch (error) {
      asking.signal.throwIfAborted();
      if (!(error instanceof OperatorError)) throw error;
      proof.unread.push(`${blob.contentId}: ${error.message}`);
    }
    if (waiting.size >= idsAtOnce) await ask();
  }
  await ask();
  return proof;
}

async function* readIds(
  blob: ListedBlob,
  { tenant, feed, reader, maximumRecordBytes, signal }: Asking,
): AsyncGenerator<string> {
  const identify = (text: string) => reader.identify(reader.parse(text), feed.tenant).id;
  const splitter = new RecordSplitter({ maximumRecordBytes, onOversized: () => undefined });
  const response = await tenant.api.fetchBlob(feed, blob, signal);
  for await (const chunk of response.body) {
    splitter.push(chunk);
    yield* splitter.take().map((text) => identify(text));
    if (splitter.isOver) break;
  }
  const end = splitter.end();
  yield* splitter.take().map((text) => identify(text));
  if (end.kind !== 'complete') throw brokenOff(blob);
}

function brokenOff({ contentId }: ListedBlob): OperatorError {
  return new OperatorError({
    code: 'truncated-body',
    message: `the content ${contentId} could not be read to its end.`,
    advice: 'Try again.',
    retry: { kind: 'later' },
  });
}

function mayNotRead(dataStream: string): OperatorError {
  return new OperatorError({
    code: 'may-not-read',
    message: `The key of the output may not read ${dataStream}, so nothing can be proved by its documents.`,
    advice: 'Give it the privileges read and maintenance; m365 check prints the whole key.',
    retry: { kind: 'never' },
  });
}
