// Makes the example of the page about the mapping language: a file, a record, and the document that becomes of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordPath } from '../dataset.ts';
import { datasets, mainDataset } from '../datasets.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { readDatasetFile } from '../language/dataset-file.ts';
import { pipelinesFolder } from '../language/index.ts';
import { commonFile, readFiles, type SourceFile } from '../language/read-files.ts';
import { resolve } from '../language/resolve.ts';
import { compileMapper } from '../mapper.ts';

export interface WorkedExample {
  /** The file, as it is written. */
  readonly yaml: string;
  /** The record, as it is written. */
  readonly record: string;
  readonly document: JsonObject;
  /** The outermost field of the document that keeps the record. */
  readonly recordField: string;
  /** The sentence about the record, where the file and the record say this in place of what they say. */
  readonly messageOf: (message: string, changes: Readonly<Record<string, Json>>) => string;
}

const folder = join(import.meta.dirname, 'example');
/** The dataset that the example is of. */
const audit = join(pipelinesFolder, datasets[mainDataset].folder);
const context = { tenantId: '', fetchedAt: '2026-11-20T09:41:00.000Z' };

export function readExample(): WorkedExample {
  const file = only(readFiles(folder));
  const common = only(readFiles(join(audit, 'record-types')).filter(({ name }) => name === commonFile));
  const dataset = readDatasetFile(audit);
  const record = readFileSync(join(folder, 'record.json'), 'utf8').trimEnd();
  const map = (content: SourceFile['content'], text: string): JsonObject => {
    const mapper = compileMapper(
      resolve([common, { ...file, content }], dataset, { names: {}, workloads: {} }),
    );
    return mapper.map(mapper.read(text), context);
  };
  return {
    yaml: readFileSync(join(folder, `${file.name}.yml`), 'utf8').trimEnd(),
    record,
    document: map(file.content, record),
    recordField:
      recordPath({ recordField: dataset.content.record_field ?? dataset.content.dataset })[0] ?? '',
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
