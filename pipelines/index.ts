// The ready mapper and record types: the committed definitions, compiled.

import { readFileSync } from 'node:fs';
import type { Definitions } from './definitions.ts';
import { compileRecordTypes, type RecordTypes } from './engine/record-types.ts';
import { compileMapper, type Mapper } from './mapper.ts';

const file = new URL('./generated/definitions.json', import.meta.url);

let definitions: Definitions | undefined;

/** As generated from the record-type files. */
export function loadDefinitions(): Definitions {
  if (definitions !== undefined) return definitions;
  const parsed: Definitions = JSON.parse(readFileSync(file, 'utf8'));
  definitions = parsed;
  return parsed;
}

export function loadRecordTypes(): RecordTypes {
  return compileRecordTypes(loadDefinitions());
}

export function loadMapper(): Mapper {
  return compileMapper(loadDefinitions());
}
