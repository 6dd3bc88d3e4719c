// Maps texts of records with a writer, and counts those that could not be mapped. The plain case, a record by itself,
// is recognised by its time; other texts are searched for records inside them.

import type { Dataset } from '../../../pipelines/dataset.ts';
import { mainDataset } from '../../../pipelines/datasets.ts';
import type { ShapedRecord } from '../../../pipelines/engine/read-record.ts';
import type { MapContext, Mapper } from '../../../pipelines/mapper.ts';
import { unwrapRecords } from './unwrap.ts';

export interface MappedCount {
  documents: number;
  /** Documents with event.kind pipeline_error. */
  failed: number;
  /** The first of the failures: its number among the documents, from 1 on, and the reason. */
  firstFailure?: { readonly at: number; readonly problem: string };
}

/** Reads a record and writes the text that it becomes, line ends included. */
export interface RecordWriter {
  /** Says of a record without its time what it lacks. */
  readonly undated: string;
  read(text: string): ShapedRecord;
  write(record: ShapedRecord): string;
  /** Writes a record without its time: an event is never dated with the time at which it was mapped. */
  writeUndated(record: ShapedRecord, problem: string): string;
}

/** Makes the writer of documents, a line each. */
export function writeDocuments(mapper: Mapper, context: MapContext): RecordWriter {
  return {
    undated: describeUndated(mapper.dataset),
    read: mapper.read,
    write: (record) => `${mapper.write(record, context)}\n`,
    writeUndated(record, problem) {
      const { event, ...rest } = mapper.map(record, context);
      return `${JSON.stringify({ event: { ...Object(event), kind: 'pipeline_error' }, ...rest, error: { message: [problem] } })}\n`;
    },
  };
}

export function describeUndated({ name, head }: Dataset): string {
  const what = name === mainDataset ? 'audit record' : `record of ${name}`;
  return `no ${what}: it has no ${head.time[0]?.at(-1)}`;
}

/** Every row around a record has this key. */
const rowMark = /[aA]uditData"/;

export type MapTexts = (texts: readonly string[]) => string;

/** Returns a function for the texts of one input after the other; it adds to `count`. */
export function mapTexts(writer: RecordWriter, count: MappedCount): MapTexts {
  const fail = (problem: string): void => {
    count.failed += 1;
    count.firstFailure ??= { at: count.documents, problem };
  };

  function write(record: ShapedRecord): string {
    count.documents += 1;
    if (record.problem !== undefined) fail(record.problem);
    else if (record.created === undefined) return writeUndated(record);
    return writer.write(record);
  }

  function writeUndated(record: ShapedRecord): string {
    const { undated } = writer;
    fail(undated);
    const isRecord = record.action !== undefined || record.kind !== undefined;
    return isRecord ? writer.writeUndated(record, undated) : writer.write({ ...record, problem: undated });
  }

  return (texts) => {
    let lines = '';
    for (const text of texts) {
      const record = writer.read(text);
      if (record.created !== undefined && !rowMark.test(text)) lines += write(record);
      else for (const inner of unwrapRecords(text)) lines += write(writer.read(inner));
    }
    return lines;
  };
}
