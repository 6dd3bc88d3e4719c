// Documents as one bulk request. The bodies are JSON already and are copied once.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { spareBuffers } from '../../concurrency/spare-buffers.ts';
import type { OutputDocument } from '../../contract/output.ts';
import type { Request } from './connect/client.ts';
import type { Pending } from './pending-write.ts';
import { opaqueId } from './stored/quiescence.ts';

const compress = promisify(gzip);

// Only what outcomes are read from: the rest of the answer is most of it.
const answerFields =
  'error,status,errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

interface BulkRequest {
  readonly request: Request;
  /** To be called once the server has read all of it, never while bytes may still be on their way out. */
  release(): void;
}

export type MakeBulkRequest = (dataStream: string, entries: readonly Pending[]) => Promise<BulkRequest>;

export function makeBulkRequests(compressionLevel: number): MakeBulkRequest {
  const lend = spareBuffers();
  return async (dataStream, entries) => {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const { buffer, release } = lend(bytes);
    const plain = buffer.subarray(0, writeLines(entries, buffer));
    if (compressionLevel === 0) return { request: requestFor(dataStream, plain, {}), release };
    const lines = await compress(plain, { level: compressionLevel });
    release();
    return { request: requestFor(dataStream, lines, { 'content-encoding': 'gzip' }), release: () => {} };
  };
}

function requestFor(dataStream: string, lines: Buffer, headers: Readonly<Record<string, string>>): Request {
  return {
    method: 'POST',
    path: `/${encodeURIComponent(dataStream)}/_bulk`,
    query: { require_data_stream: true, filter_path: answerFields },
    lines,
    headers: { ...headers, 'x-opaque-id': opaqueId },
    name: 'bulk',
    index: dataStream,
  };
}

const lineFeed = 10;

/** Returns how many bytes it wrote. */
function writeLines(entries: readonly Pending[], buffer: Buffer): number {
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

/** Exactly what the document takes in a bulk request. */
export function bulkBytes(action: string, { body }: OutputDocument): number {
  return Buffer.byteLength(action) + body.length + 1;
}
