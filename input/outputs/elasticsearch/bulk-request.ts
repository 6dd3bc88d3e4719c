// Makes a bulk request of documents. Their bodies are JSON already and are copied once.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { bufferPool } from '../../concurrency/buffer-pool.ts';
import type { OutputDocument } from '../../contract/output.ts';
import type { ElasticsearchRequest } from './connect/client.ts';
import type { PendingDocument } from './pending-write.ts';
import { opaqueId } from './stored/quiescence.ts';

const compress = promisify(gzip);

// The rest of the answer is most of it, and nothing reads it.
const answerFields =
  'error,status,errors,items.*._index,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

/** The name that each document got is of interest only where an earlier attempt may have stored it. */
const fieldsFor = (entries: readonly PendingDocument[]) =>
  entries.some(({ earlier }) => earlier !== undefined) ? `${answerFields},items.*._id` : answerFields;

interface BulkRequest {
  readonly request: ElasticsearchRequest;
  /** Gives the buffer back. Call it once the server has read all of it, never while bytes may still be on their way. */
  release(): void;
}

export type MakeBulkRequest = (
  dataStream: string,
  entries: readonly PendingDocument[],
) => Promise<BulkRequest>;

export function makeBulkRequests(compressionLevel: number): MakeBulkRequest {
  const takeBuffer = bufferPool();
  return async (dataStream, entries) => {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const { buffer, release } = takeBuffer(bytes);
    const plain = buffer.subarray(0, writeLines(entries, buffer));
    const fields = fieldsFor(entries);
    if (compressionLevel === 0) return { request: requestFor(dataStream, fields, plain, {}), release };
    const lines = await compress(plain, { level: compressionLevel });
    release();
    const request = requestFor(dataStream, fields, lines, { 'content-encoding': 'gzip' });
    return { request, release: () => {} };
  };
}

function requestFor(
  dataStream: string,
  fields: string,
  lines: Buffer,
  headers: Readonly<Record<string, string>>,
): ElasticsearchRequest {
  return {
    method: 'POST',
    path: `/${encodeURIComponent(dataStream)}/_bulk`,
    query: { require_data_stream: true, filter_path: fields },
    lines,
    headers: { ...headers, 'x-opaque-id': opaqueId },
    name: 'bulk',
    index: dataStream,
  };
}

const lineFeed = 10;

/** Returns the number of bytes written. */
function writeLines(entries: readonly PendingDocument[], buffer: Buffer): number {
  let at = 0;
  for (const { action, document } of entries) {
    at += buffer.write(action, at);
    at += document.body.copy(buffer, at);
    buffer[at] = lineFeed;
    at += 1;
  }
  return at;
}

export function actionLine({ id }: OutputDocument): string {
  return `{"create":{"_id":${JSON.stringify(id)}}}\n`;
}

/** The exact number of bytes that a document takes in a bulk request. */
export function bulkBytes(action: string, { body }: OutputDocument): number {
  return Buffer.byteLength(action) + body.length + 1;
}
