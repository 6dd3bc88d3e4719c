// The example of the page about the mapping language: a file, a record, and the document that the mapper makes of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../json/json.ts';
import { pipelinesFolder } from '../language/index.ts';
import { commonFile, readFiles, type SourceFile } from '../language/read-files.ts';
import { resolve } from '../language/resolve.ts';
import { compileMapper } from '../mapper.ts';

export interface Example {
  /** The file, as it is written. */
  readonly yaml: string;
  /** The record, as it is written. */
  readonly record: string;
  readonly document: JsonObject;
  /** The sentence about the record, where the file and the record say this in place of what they say. */
  readonly messageOf: (message: string, changes: Readonly<Record<string, Json>>) => string;
}

const folder = join(import.meta.dirname, 'example');
const context = { tenantId: '', fetchedAt: '2026-11-20T09:41:00.000Z' };

export function readExample(): Example {
  const file = only(readFiles(folder));
  const common = only(
    readFiles(join(pipelinesFolder, 'record-types')).filter(({ name }) => name === commonFile),
  );
  const record = readFileSync(join(folder, 'record.json'), 'utf8').trimEnd();
  const map = (content: SourceFile['content'], text: string): JsonObject => {
    const mapper = compileMapper(resolve([common, { ...file, content }], { names: {}, workloads: {} }));
    return mapper.map(mapper.read(text), context);
  };
  return {
    // As it would stand among the record types, one folder nearer to the schema.
    yaml: readFileSync(join(folder, `${file.name}.yml`), 'utf8')
      .trimEnd()
      .replace('../../', '../'),
    record,
    document: map(file.content, record),
    messageOf: (message, changes) => {
      const { operations: _, ...content } = file.content;
      const text = JSON.stringify({ ...JSON.parse(record), ...changes });
      return String(map({ ...content, message }, text).message);
    },
  };
}

function only(files: readonly SourceFile[]): SourceFile {
  const [file] = files;
  if (file === undefined) throw new Error(`no such file for the example in ${folder}`);
  return file;
}
