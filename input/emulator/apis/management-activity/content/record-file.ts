// Serves the records of an NDJSON file, by content type. Only the place of each line is kept; lines are read when served.

import { closeSync, openSync, readSync } from 'node:fs';
import { parseObject } from '../../../../../pipelines/json/unknown.ts';
import { OperatorError } from '../../../../contract/errors.ts';
import type { RecordSupply } from './blob.ts';
import { type ContentType, contentTypes } from './content-type.ts';

/** The places of lines in the file, in bytes. */
interface LinePlaces {
  readonly offsets: number[];
  readonly lengths: number[];
}

export interface RecordFile {
  supplyOf(contentType: ContentType): RecordSupply;
  close(): void;
}

/** Reads through the file once. Throws an OperatorError when it cannot be read. */
export function openRecordFile(path: string): RecordFile {
  const file = open(path);
  const index = new Map<ContentType, LinePlaces>(
    contentTypes.map((type) => [type, { offsets: [], lengths: [] }]),
  );
  for (const { line, offset, length } of readLines(file)) {
    const lines = index.get(readContentType(line));
    lines?.offsets.push(offset);
    lines?.lengths.push(length);
  }
  return {
    supplyOf: (contentType) => createSupply(file, index.get(contentType) ?? { offsets: [], lengths: [] }),
    close: () => closeSync(file),
  };
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new OperatorError({
      code: 'emulator-records',
      message: `The file of records ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}.`,
      advice: 'Give a file with one record, a JSON object, a line.',
      retry: { kind: 'never' },
      cause,
    });
  }
}

function createSupply(file: number, { offsets, lengths }: LinePlaces): RecordSupply {
  const text = (index: number): string => readAt(file, offsets[index] ?? 0, lengths[index] ?? 0);
  return { count: offsets.length, unique: false, text, id: (index) => readId(text(index)) };
}

function readAt(file: number, offset: number, length: number): string {
  const buffer = Buffer.alloc(length);
  readSync(file, buffer, 0, length, offset);
  return buffer.toString();
}

/** Reads the Id from a record's JSON, where it has one. */
export function readId(text: string): string | undefined {
  const id = parseObject(text)?.Id;
  return typeof id === 'string' ? id : undefined;
}

const dlpTypes = new Set([11, 13, 33, 63, 99, 100, 107, 108, 234, 263]);

/** The service sorts by workload, except that everything about data loss prevention is its own type. */
function readContentType(line: string): ContentType {
  const recordType = Number(/"RecordType"\s*:\s*(\d+)/.exec(line)?.[1]);
  if (dlpTypes.has(recordType)) return 'DLP.All';
  const workload = /"Workload"\s*:\s*"(\w+)"/.exec(line)?.[1];
  if (workload === 'AzureActiveDirectory' || workload === 'Exchange') return `Audit.${workload}`;
  return workload === 'SharePoint' || workload === 'OneDrive' ? 'Audit.SharePoint' : 'Audit.General';
}

interface FileLine {
  readonly line: string;
  /** The place of its first byte in the file, and its length in bytes. */
  readonly offset: number;
  readonly length: number;
}

const lineFeed = 10;

function* readLines(file: number): Generator<FileLine> {
  const chunk = Buffer.alloc(1024 * 1024);
  let rest = Buffer.alloc(0);
  let offset = 0;
  for (;;) {
    const count = readSync(file, chunk);
    const data = Buffer.concat([rest, chunk.subarray(0, count)]);
    let start = 0;
    for (;;) {
      const found = data.indexOf(lineFeed, start);
      const end = found < 0 && count === 0 ? data.length : found;
      if (end < 0) break;
      const line = data.toString('utf8', start, end);
      if (line.trim() !== '') yield { line, offset: offset + start, length: end - start };
      start = end + 1;
      if (start > data.length) return;
    }
    if (count === 0) return;
    offset += start;
    rest = Buffer.from(data.subarray(start));
  }
}
