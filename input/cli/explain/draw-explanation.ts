// Draws an explanation for people: aligned lines that are no wider than the terminal; longer ones are cut with an
// ellipsis.

import type { Definitions } from '../../../pipelines/definitions.ts';
import { listDocumentFields } from '../../../pipelines/document-fields.ts';
import type {
  ExplainedField,
  OriginKind,
  RecordExplanation,
} from '../../../pipelines/explain/explanation.ts';
import { writeLine, writeValue } from '../../../pipelines/explain/words.ts';
import { suggest } from '../../../pipelines/language/problem.ts';
import { cellsOf, cutTo, padTo, plainJson, plainText } from '../show/cells.ts';
import { drawIdle } from './draw-idle.ts';
import { drawSource, type ExplanationRow, locationOf } from './draw-source.ts';
import { concerns } from './select-fields.ts';

interface ExplanationLayout {
  /** The number of the record, from 1 on. */
  readonly number: number;
  readonly columns: number;
  /** What the explanation stands on. */
  readonly definitions: Definitions;
  /** Those that were asked for. */
  readonly fields: readonly string[];
}

/** The width suits most names and most places in a file. */
const firstColumn = 28;
const locationWidth = 24;

export function drawExplanation(
  explanation: RecordExplanation,
  { number, columns, definitions, fields }: ExplanationLayout,
): string {
  const sections = [
    ...drawFields(explanation.fields, definitions.dataset.recordField),
    section('Not mapped', drawUnmapped(explanation)),
    ...drawIdle(explanation.idle),
    section('Not found', drawNotFound(explanation, fields, definitions)),
  ].filter(({ rows }) => rows.length > 0);
  const lines = [
    ...drawHead(explanation, number, columns),
    ...sections.flatMap(({ title, rows }) => ['', title, ...rows.flatMap(drawRow)]),
  ];
  return `${lines.map((line) => cutTo(line, columns).trimEnd()).join('\n')}\n`;
}

interface ExplanationSection {
  readonly title: string;
  readonly rows: readonly ExplanationRow[];
}

const section = (title: string, rows: readonly ExplanationRow[]): ExplanationSection => ({ title, rows });

function drawHead(explanation: RecordExplanation, number: number, columns: number): string[] {
  const { problem, id, documentId } = explanation;
  const head = `── ${number}: ${plainText(titleOf(explanation))} `;
  const rows: ExplanationRow[] = [
    ...(problem === undefined ? [] : [{ left: 'problem', right: plainText(problem) }]),
    ...(id === undefined ? [] : [{ left: 'Id', right: plainJson(writeValue(id)) }]),
    { left: '_id, by the engine', right: plainText(documentId) },
    ...drawLayers(explanation),
  ];
  return [head + '─'.repeat(Math.max(2, columns - cellsOf(head))), ...rows.flatMap(drawRow)];
}

function titleOf({ problem, layers, recordType, recordTypeName, operation }: RecordExplanation): string {
  if (problem !== undefined && layers.length === 0) return 'no record';
  const type =
    recordType === undefined
      ? 'no record type'
      : `${recordTypeName ?? 'unknown record type'} (${writeValue(recordType)})`;
  return `${type}, ${operation === undefined ? 'no operation' : writeValue(operation)}`;
}

/** The nearest files come first: entries of operations, the file of the record type, the common file. */
function drawLayers({ layers }: RecordExplanation): ExplanationRow[] {
  const rows = layers.map((layer, i): ExplanationRow => {
    const left = i === 0 ? 'rules, nearest first' : '';
    const what = ['for every record', 'for the record type'][layers.length - 1 - i] ?? 'for the operation';
    return { left, right: `${padTo(writeLine(layer), locationWidth)} ${what}` };
  });
  const alone = { left: '', right: 'no file has this record type' };
  return layers.length === 1 ? [...rows, alone] : rows;
}

/** Draws two columns; a text that is too long for the first stands above the second. */
function drawRow({ left, right, indent = 2 }: ExplanationRow): string[] {
  const start = ' '.repeat(indent) + plainText(left);
  if (cellsOf(start) < firstColumn) return [padTo(start, firstColumn) + right];
  return [start, ' '.repeat(firstColumn) + right];
}

function drawNotFound(
  { fields, idle }: RecordExplanation,
  wanted: readonly string[],
  definitions: Definitions,
): ExplanationRow[] {
  if (wanted.length === 0) return [];
  const known = listDocumentFields(definitions).map(({ name }) => name);
  const missing = wanted.filter((each) => !fields.some(({ name }) => concerns(name, each)));
  return missing.flatMap((left) => {
    if (!known.some((name) => concerns(name, left)))
      return [{ left, right: `no such field${suggest(left, known)}` }];
    const tried = idle.some(({ to }) => to.some((name) => concerns(name, left)));
    return tried ? [] : [{ left, right: 'not in the document, and no rule here writes it' }];
  });
}

const eventFields = ['event.kind', 'event.category', 'event.type', 'event.outcome', 'message'];
const ruleKinds: readonly OriginKind[] = ['rule', 'related'];

function drawFields(all: readonly ExplainedField[], recordField: string): ExplanationSection[] {
  const fields = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isRecord = ({ name }: ExplainedField) => name.startsWith(`${recordField}.`);
  const isEvent = ({ name }: ExplainedField) => eventFields.includes(name);
  const isRule = (field: ExplainedField) =>
    !isEvent(field) && !isRecord(field) && field.sources.some(({ by }) => ruleKinds.includes(by));
  const isEngine = (field: ExplainedField) => !isEvent(field) && !isRule(field) && !isRecord(field);
  return [
    section('What kind of event it is', fields.filter(isEvent).flatMap(drawField)),
    section('Fields by rules', fields.filter(isRule).flatMap(drawField)),
    section('Fields by the engine', fields.filter(isEngine).flatMap(drawField)),
    section(
      `The record itself, under ${recordField}`,
      fields.filter(isRecord).flatMap((field) => drawProperty(field, recordField)),
    ),
  ];
}

function drawField({ name, value, sources }: ExplainedField): ExplanationRow[] {
  const row = { left: name, right: plainJson(writeValue(value)) };
  return [row, ...sources.flatMap((source) => drawSource(source, value))];
}

/** What has no definition is told of by itself. */
function drawProperty(
  { name, value, sources: [source] }: ExplainedField,
  recordField: string,
): ExplanationRow[] {
  if (source?.by !== 'property') return [];
  const left = name.slice(recordField.length + 1);
  return [{ left, right: `${padTo(locationOf(source), locationWidth)} ${plainJson(writeValue(value))}` }];
}

function drawUnmapped({ unmapped }: RecordExplanation): ExplanationRow[] {
  return unmapped.flatMap(({ path, detail, keptIn }) => {
    const where = keptIn.length === 0 ? 'left out' : `kept in ${keptIn.join(', ')}`;
    return [
      { left: path, right: plainText(detail) },
      { left: '', right: plainText(where), indent: 4 },
    ];
  });
}
