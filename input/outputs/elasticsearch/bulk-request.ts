// Documents as one bulk request. The bodies are JSON already and are copied once, into the bytes that are sent.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OutputDocument } from '../../contract.ts';
import type { Request } from './connection.ts';
import type { Pending } from './pending-write.ts';

const compress = promisify(gzip);

// Only what outcomes are read from: the rest of the answer is most of it.
const answerFields =
  'error,status,errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by';

export async function bulkRequest(
  dataStream: string,
  entries: readonly Pending[],
  compressionLevel: number,
): Promise<Request> {
  const plain = Buffer.from(joinLines(entries));
  const lines = compressionLevel === 0 ? plain : await compress(plain, { level: compressionLevel });
  return {
    method: 'POST',
    path: `/${encodeURIComponent(dataStream)}/_bulk`,
    query: { require_data_stream: true, filter_path: answerFields },
    lines,
    headers: compressionLevel === 0 ? {} : { 'content-encoding': 'gzip' },
    name: 'bulk',
    index: dataStream,
  };
}

function joinLines(entries: readonly Pending[]): string {
  const lines = new Array<string>(entries.length * 2 + 1);
  let at = 0;
  for (const { document } of entries) {
    lines[at] = `{"create":{"_id":${JSON.stringify(document.id)}}}`;
    lines[at + 1] = document.body;
    at += 2;
  }
  lines[at] = '';
  return lines.join('\n');
}

const actionBytes = '{"create":{"_id":""}}\n\n'.length;

export function bulkBytes(document: OutputDocument): number {
  return actionBytes + document.id.length + Buffer.byteLength(document.body);
}
