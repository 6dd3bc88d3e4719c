// Texts of records in, lines of documents out, and a count of what could not be mapped. The plain case, a record by
// itself, is told by its CreationTime; only where there is none, or a row stands around it, is a text looked into again.

import type { ShapedRecord } from '../../../pipelines/engine/read-record.ts';
import type { MapContext, Mapper } from '../../../pipelines/mapper.ts';
import { unwrapRecords } from './unwrap.ts';

export interface MappedCount {
  documents: number;
  /** Documents with event.kind pipeline_error. */
  failed: number;
  /** Of the first of them: where it stood among the documents, from 1 on, and what was wrong. */
  firstFailure?: { readonly at: number; readonly problem: string };
}

const noTime = 'no audit record: it has no CreationTime';

/** What a row around a record always has. */
const rowMark = /[aA]uditData"/;

export type MapTexts = (texts: readonly string[]) => string;

/** A function for the texts of one input after the other; it adds to `count`. */
export function mapTexts(mapper: Mapper, context: MapContext, count: MappedCount): MapTexts {
  const fail = (problem: string): void => {
    count.failed += 1;
    count.firstFailure ??= { at: count.documents, problem };
  };

  function write(record: ShapedRecord): string {
    count.documents += 1;
    if (record.problem !== undefined) fail(record.problem);
    else if (record.created === undefined) return writeUndated(record);
    return `${mapper.write(record, context)}\n`;
  }

  /** An event is never dated with the time at which it was mapped. */
  function writeUndated(record: ShapedRecord): string {
    fail(noTime);
    const isRecord = record.operation !== undefined || record.recordType !== undefined;
    if (!isRecord) return `${mapper.write({ ...record, problem: noTime }, context)}\n`;
    const { event, ...rest } = mapper.map(record, context);
    return `${JSON.stringify({ event: { ...Object(event), kind: 'pipeline_error' }, ...rest, error: { message: [noTime] } })}\n`;
  }

  return (texts) => {
    let lines = '';
    for (const text of texts) {
      const record = mapper.read(text);
      if (record.created !== undefined && !rowMark.test(text)) lines += write(record);
      else for (const inner of unwrapRecords(text)) lines += write(mapper.read(inner));
    }
    return lines;
  };
}
