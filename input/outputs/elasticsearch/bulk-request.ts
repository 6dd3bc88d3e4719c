// Documents as one bulk request. The bodies are JSON already and are copied once, into bytes that are used again for
// the next request: five fresh megabytes for each would leave the garbage collector far behind.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OutputDocument } from '../../contract.ts';
import type { Request } from './connection.ts';
import type { Pending } from './pending-write.ts';
import { opaqueId } from './stillness.ts';

const compress = promisify(gzip);

// Only what outcomes are read from: the rest of the answer is most of it.
const answerFields =
  'error,status,errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

export interface BulkRequest {
  readonly request: Request;
  /** To be called once the server has read all of it, never while bytes may still be on their way out. */
  release(): void;
}

export type MakeBulkRequest = (dataStream: string, entries: readonly Pending[]) => Promise<BulkRequest>;

export function makeBulkRequests(compressionLevel: number): MakeBulkRequest {
  const spare: Buffer[] = [];
  const keep = (buffer: Buffer) => () => void spare.push(buffer);
  return async (dataStream, entries) => {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const buffer = takeSpare(spare, bytes) ?? Buffer.allocUnsafeSlow(roundUp(bytes));
    const plain = buffer.subarray(0, writeLines(entries, buffer));
    if (compressionLevel === 0) return { request: requestFor(dataStream, plain, {}), release: keep(buffer) };
    const lines = await compress(plain, { level: compressionLevel });
    keep(buffer)();
    return { request: requestFor(dataStream, lines, { 'content-encoding': 'gzip' }), release: () => {} };
  };
}

/** One that is too small is let go: the next will be as large as is usual now. */
function takeSpare(spare: Buffer[], bytes: number): Buffer | undefined {
  const buffer = spare.pop();
  return buffer && buffer.length >= bytes ? buffer : undefined;
}

/** To a power of two, so that requests of about one size find each other's buffers fit; untouched pages cost nothing. */
function roundUp(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096)));
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
