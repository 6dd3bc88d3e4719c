// The command `m365 map`: it reads raw records on standard input and prints a document for each, a line each, in order.

import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { type DatasetName, datasetNames, mainDataset } from '../../../pipelines/datasets.ts';
import { loadMapper } from '../../../pipelines/index.ts';
import type { MapContext } from '../../../pipelines/mapper.ts';
import { OperatorError } from '../../contract/errors.ts';
import { type MappedCount, mapTexts, type RecordWriter, writeDocuments } from '../map/map-records.ts';
import { readRecordTexts } from '../map/read-records.ts';
import { isReaderGone, unwritableOutput } from '../terminal/standard-streams.ts';

interface MapOptions {
  readonly dataset: DatasetName;
  readonly tenant: string;
  readonly preserveOriginal?: boolean;
  readonly explain?: boolean;
  readonly field?: readonly string[];
  readonly json?: boolean;
}

const teaching = `
Takes, in UTF-8 or UTF-16:
  a record a line, as the API serves them
  content blobs: lists of records, on one line or many
  rows of a search with the record in AuditData (Search-UnifiedAuditLog with
  ConvertTo-Json or Export-Csv, the portal's CSV export, Graph's auditLogQuery)
With --dataset, records of another log: pages of Graph, messages of Event Hubs.

What is no audit record becomes a document with event.kind pipeline_error, so
that every line in has its line out; how many there were is said at the end.

With --explain it says, in place of the document, where each of its fields
comes from: file and line of the rule (of the audit log, below
pipelines/audit/record-types),
the property that it read, its converter and the value; what the engine sets
itself; what of the record has no field; which rules did not fire, and why.

Examples:
  m365 map < records.ndjson > documents.ndjson
  m365 map --tenant contoso.onmicrosoft.com < search.json
  m365 map < AuditLog_2026-11-20.csv | jq -r .message
  m365 map --dataset azure.signinlogs < sign-ins.json | jq -r .message
  m365 map --explain < record.json | less
  m365 map --explain --field user.name --field event.outcome < record.json
  m365 map --explain --json < records.ndjson | jq '.unmapped[].path'

Exit codes: 0 done, 1 nothing could be mapped, or something could not be read or
written, 2 usage.`;

export function mapCommand(): Command {
  return new Command('map')
    .summary('turn raw audit records into documents')
    .description('Turns raw audit records on standard input into ECS documents, one a line.')
    .addOption(
      new Option('--dataset <name>', 'the dataset that the records are of')
        .choices([...datasetNames])
        .default(mainDataset),
    )
    .option('--tenant <id>', 'tenant of records that name none', '')
    .option('--preserve-original', 'keep each record as event.original')
    .option('--explain', 'say where each field comes from, in place of it')
    .option('--field <name>', 'explain only this field; may be repeated', addTo)
    .option('--json', 'explanations as JSON, a line for each record')
    .addHelpText('after', teaching)
    .action(async (options: MapOptions) => {
      judge(await mapRecords(process.stdin, process.stdout, await openWriter(options)));
    });
}

const addTo = (value: string, before: readonly string[] = []): string[] => [...before, value];

const notGenerated =
  'The record-type files were changed since "npm run generate": documents are made by the rules as they were then.';

/** The record-type files, and the language that they are written in, are loaded only where something is explained. */
async function openWriter(options: MapOptions): Promise<RecordWriter> {
  const { dataset, explain = false, json = false, field: fields = [] } = options;
  const context = contextOf(options);
  if (!explain && (json || fields.length > 0)) throw withoutExplain();
  if (!explain) return writeDocuments(loadMapper(dataset), context);
  const { isGenerated, readWritten, writeExplanations } = await import('../explain/explain-records.ts');
  const definitions = readWritten(undefined, dataset);
  if (!isGenerated(definitions, dataset)) process.stderr.write(`m365: ${notGenerated}\n`);
  return writeExplanations(definitions, context, { json, fields });
}

function withoutExplain(): OperatorError {
  return new OperatorError({
    code: 'usage',
    message: '--field and --json go with --explain.',
    advice: 'Without it, documents are lines of JSON anyway.',
    retry: { kind: 'never' },
  });
}

function contextOf({ tenant, preserveOriginal }: MapOptions): MapContext {
  return { tenantId: tenant, fetchedAt: new Date().toISOString(), preserveOriginal };
}

/** Stops quietly when the reader of `output` has gone, as `head` does. */
export async function mapRecords(
  input: AsyncIterable<Uint8Array | string>,
  output: Writable,
  writer: RecordWriter,
): Promise<MappedCount> {
  const count: MappedCount = { documents: 0, failed: 0 };
  const map = mapTexts(writer, count);
  try {
    await pipeline(
      readRecordTexts(input),
      async function* (all: AsyncIterable<readonly string[]>) {
        for await (const texts of all) {
          const lines = map(texts);
          if (lines !== '') yield lines;
        }
      },
      output,
      { end: false },
    );
  } catch (error) {
    if (!isReaderGone(error)) throw isDiskFull(error) ? unwritableOutput(error) : error;
  }
  return count;
}

/** Unmapped records are reported once, with the first example; it is a failure where nothing could be mapped. */
export function judge({ documents, failed, firstFailure }: MappedCount): void {
  if (documents === 0) process.stderr.write('m365: Standard input held no record.\n');
  if (firstFailure === undefined) return;
  const { at, problem } = firstFailure;
  const example = `number ${at} is ${problem}`;
  if (failed === documents) throw nothingMapped(documents, example);
  process.stderr.write(
    `m365: ${failed} of ${documents} documents have event.kind pipeline_error; ${example}\n`,
  );
}

function nothingMapped(documents: number, example: string): OperatorError {
  return new OperatorError({
    code: 'nothing-mapped',
    message: `Nothing could be mapped: of ${documents} on standard input, none is an audit record; ${example}.`,
    advice: 'm365 map --help says what it takes.',
    retry: { kind: 'never' },
  });
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}
