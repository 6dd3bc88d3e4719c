// Reads the head of a record from its text: the facts that tell which record it is, and no more.

import type { Dataset } from './dataset.ts';
import { compileReadHead, type HeadValues } from './engine/head.ts';
import type { FindRecordType, RecordType } from './engine/record-types.ts';
import { compileUnify } from './engine/unify.ts';
import type { JsonObject } from './json/json.ts';
import { parseObject } from './parse-record.ts';

/** The facts that tell which record it is. */
export interface RecordHead extends HeadValues {
  /** Exactly as served. */
  readonly text: string;
  /** The reason why the text is not a record, in one line; undefined where it is one. */
  readonly problem: string | undefined;
  readonly type: RecordType;
}

/** `value` is undefined where there is a problem. */
export interface ParsedRecord extends RecordHead {
  readonly value: JsonObject | undefined;
}

/** It never throws. */
export type ParseRecord = (text: string) => ParsedRecord;

export function compileParse(dataset: Dataset, findType: FindRecordType): ParseRecord {
  const readHead = compileReadHead(dataset);
  const unify = compileUnify(dataset.envelope);
  return (text) => {
    const { value, problem } = parseObject(text);
    const head = readHead(value === undefined ? {} : unify(value));
    return { text, value, problem, ...head, type: findType(head.kind) };
  };
}
