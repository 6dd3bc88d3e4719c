// Raw records in whatever form people have them: those of the record types that a file is for.

import { createReadStream } from 'node:fs';
import { readRecordTexts } from '../../input/cli/map/read-records.ts';
import { unwrapRecords } from '../../input/cli/map/unwrap.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { compileRecordTypes } from '../../pipelines/engine/record-types.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { parseExactly } from '../../pipelines/parse-record.ts';
import { UsageError } from './choose.ts';

/** Throws a UsageError where there are none. `-` is standard input. */
export async function readRecords(
  path: string,
  numbers: readonly number[],
  definitions: Definitions,
): Promise<readonly JsonObject[]> {
  const findType = compileRecordTypes(definitions);
  const found: JsonObject[] = [];
  const others = new Set<string>();
  for (const record of await readAll(path)) {
    const { RecordType } = record;
    if (numbers.includes(Number(findType(RecordType).key))) found.push(record);
    else others.add(String(RecordType ?? 'none'));
  }
  if (found.length > 0) return found;
  const instead =
    others.size === 0 ? 'it holds no audit record' : `it holds those of ${[...others].join(', ')}`;
  throw new UsageError(`${path} holds no record of record type ${numbers.join(' or ')}: ${instead}.`);
}

async function readAll(path: string): Promise<JsonObject[]> {
  const records: JsonObject[] = [];
  try {
    for await (const texts of readRecordTexts(path === '-' ? process.stdin : createReadStream(path)))
      for (const text of texts.flatMap(unwrapRecords)) {
        const value = parseOrNothing(text);
        if (isObject(value)) records.push(value);
      }
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  return records;
}

function parseOrNothing(text: string): Json {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
