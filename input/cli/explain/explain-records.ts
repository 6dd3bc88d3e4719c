// Explains records for `m365 map --explain`: an explanation in place of each document, for people or as JSON lines, of
// all fields or of some. The rules are read from the record-type files, because the generated definitions do not hold
// their lines.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type DatasetName, datasets, mainDataset } from '../../../pipelines/datasets.ts';
import type { Definitions } from '../../../pipelines/definitions.ts';
import { compileExplainer } from '../../../pipelines/explain/explain.ts';
import type { RecordExplanation } from '../../../pipelines/explain/explanation.ts';
import { loadDefinitions } from '../../../pipelines/index.ts';
import { pipelinesFolder, readDefinitions } from '../../../pipelines/language/index.ts';
import type { MapContext } from '../../../pipelines/mapper.ts';
import { isBundled, readOwnText } from '../../../pipelines/own-files.ts';
import { OperatorError } from '../../contract/errors.ts';
import { describeUndated, type RecordWriter } from '../map/map-records.ts';
import { plainJson } from '../show/cells.ts';
import { terminalWidth } from '../terminal/terminal.ts';
import { drawExplanation } from './draw-explanation.ts';
import { selectFields } from './select-fields.ts';

interface ExplainOptions {
  /** True for a line of JSON for each record. */
  readonly json: boolean;
  /** The fields to explain, with those below and above them; all where there are none. */
  readonly fields: readonly string[];
  /** The width in characters; that of the terminal by default. */
  readonly columns?: number;
}

/** Writes an explanation of each record. The `definitions` hold the lines of their rules. */
export function writeExplanations(
  definitions: Definitions,
  context: MapContext,
  { json, fields, columns = terminalWidth }: ExplainOptions,
): RecordWriter {
  const { read, explain } = compileExplainer(definitions);
  let count = 0;
  const write = (explanation: RecordExplanation): string => {
    count += 1;
    const wanted = selectFields(explanation, fields, definitions.dataset.recordField);
    if (json) return `${plainJson(JSON.stringify({ number: count, ...wanted }))}\n`;
    return `${drawExplanation(wanted, { number: count, columns, definitions, fields })}\n`;
  };
  return {
    undated: describeUndated(definitions.dataset),
    read,
    write: (record) => write(explain(record, context)),
    writeUndated: (record, problem) => write(asProblem(explain(record, context), problem)),
  };
}

/** The definitions with their lines, as the bundle has them: read and checked when it was built. */
export function compiledRulesFile(dataset: DatasetName): string {
  return `compiled/rules-${dataset}.json`;
}

/** Reads the definitions with their lines. Throws an OperatorError where the folder holds no record-type files. */
export function readWritten(folder?: string, dataset: DatasetName = mainDataset): Definitions {
  if (folder === undefined && isBundled) return JSON.parse(readOwnText(compiledRulesFile(dataset)));
  return readFolder(folder ?? pipelinesFolder, dataset);
}

function readFolder(folder: string, dataset: DatasetName): Definitions {
  const files = join(folder, datasets[dataset].folder, 'record-types');
  if (!existsSync(files))
    throw new OperatorError({
      code: 'rules-missing',
      message: `The rules cannot be explained: their files are not there (${files}).`,
      advice: 'Run it from a whole checkout of the project, or from its container image.',
      retry: { kind: 'never' },
    });
  return readDefinitions(dataset, folder, { keepLines: true });
}

/**
 * Tells whether `m365 map` makes its documents by these definitions: it runs those that were generated from the files.
 */
export function isGenerated(definitions: Definitions, dataset: DatasetName = mainDataset): boolean {
  const withoutLines = JSON.stringify(definitions, (key, value) =>
    key === 'writtenAt' || key === 'partsWrittenAt' ? undefined : value,
  );
  return isDeepStrictEqual(JSON.parse(withoutLines), loadDefinitions(dataset));
}

/** Marks the explanation as the document of such a record is marked. */
function asProblem(explanation: RecordExplanation, problem: string): RecordExplanation {
  const source = { by: 'engine', why: problem } as const;
  const fields = explanation.fields.map((field) =>
    field.name === 'event.kind' ? { ...field, value: 'pipeline_error', sources: [source] } : field,
  );
  const error = { name: 'error.message', value: [problem], sources: [source] };
  return { ...explanation, problem, fields: [...fields, error] };
}
