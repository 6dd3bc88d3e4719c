// `m365 map --explain`: explanations in place of documents, for people or as JSON lines, of all fields or of some. The
// rules are read from the record-type files, because what runs does not know in which line they stand.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { datasets, mainDataset } from '../../../pipelines/datasets.ts';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { compileExplainer } from '../../../pipelines/explain/explain.ts';
import type { Explanation } from '../../../pipelines/explain/explanation.ts';
import { loadDefinitions } from '../../../pipelines/index.ts';
import { pipelinesFolder, readDefinitions } from '../../../pipelines/language/index.ts';
import type { MapContext } from '../../../pipelines/mapper.ts';
import { OperatorError } from '../../contract/errors.ts';
import type { RecordWriter } from '../map/map-records.ts';
import { plainJson } from '../show/cells.ts';
import { paperWidth } from '../terminal/terminal.ts';
import { drawExplanation } from './draw-explanation.ts';
import { selectFields } from './select-fields.ts';

interface ExplainOptions {
  /** A line of JSON for each record. */
  readonly json: boolean;
  /** Only what has to do with these; all where there are none. */
  readonly fields: readonly string[];
  /** As wide as the terminal by default. */
  readonly columns?: number;
}

/** Writes an explanation of each record. `definitions` say where they are written. */
export function writeExplanations(
  definitions: Definitions,
  context: MapContext,
  { json, fields, columns = paperWidth }: ExplainOptions,
): RecordWriter {
  const { read, explain } = compileExplainer(definitions);
  let count = 0;
  const write = (explanation: Explanation): string => {
    count += 1;
    const wanted = selectFields(explanation, fields, definitions.dataset.recordField);
    if (json) return `${plainJson(JSON.stringify({ number: count, ...wanted }))}\n`;
    return `${drawExplanation(wanted, { number: count, columns, definitions, fields })}\n`;
  };
  return {
    read,
    write: (record) => write(explain(record, context)),
    writeUndated: (record, problem) => write(asProblem(explain(record, context), problem)),
  };
}

/** Throws an OperatorError where the record-type files are not below the folder. */
export function readWritten(folder: string = pipelinesFolder): Definitions {
  const files = join(folder, datasets[mainDataset].folder, 'record-types');
  if (!existsSync(files))
    throw new OperatorError({
      code: 'rules-missing',
      message: `The rules cannot be explained: their files are not there (${files}).`,
      advice: 'Run it from a whole checkout of the project, or from its container image.',
      retry: { kind: 'never' },
    });
  return readDefinitions(mainDataset, folder, { keepLines: true });
}

/** Whether `m365 map` makes its documents by these definitions: it runs what was generated of the files. */
export function isGenerated(definitions: Definitions): boolean {
  const withoutLines = JSON.stringify(definitions, (key, value) =>
    key === 'writtenAt' || key === 'partsWrittenAt' ? undefined : value,
  );
  return isDeepStrictEqual(JSON.parse(withoutLines), loadDefinitions());
}

/** As the document of such a record is written. */
function asProblem(explanation: Explanation, problem: string): Explanation {
  const source = { by: 'engine', why: problem } as const;
  const fields = explanation.fields.map((field) =>
    field.name === 'event.kind' ? { ...field, value: 'pipeline_error', sources: [source] } : field,
  );
  const error = { name: 'error.message', value: [problem], sources: [source] };
  return { ...explanation, problem, fields: [...fields, error] };
}
