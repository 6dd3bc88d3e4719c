// The parts of the package's README that follow from the code: error catalogues, hosts, settings and what was measured.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertRule } from '../../../../dashboards/index.ts';
import { aadstsCatalogue } from '../../../auth/aadsts-catalogue.ts';
import { sourceKinds } from '../../../sources/index.ts';
import { formOptions } from '../form/variables.ts';
import { readJson } from '../read-source.ts';
import type { ReadmeParts } from './readme.ts';

export function writeReadmeParts(root: string, rules: readonly AlertRule[]): ReadmeParts {
  return {
    alerts: table(['Rule', 'What it tells', 'Query in KQL', 'Looks back'], rules.map(writeRule)),
    apiErrors: table(['Code', 'What it means', 'What to do', 'What happens meanwhile'], apiErrors()),
    tokenErrors: table(['Code', 'What it means', 'What to do'], tokenErrors()),
    clouds: table(['Cloud', 'Tokens from', 'Content from'], clouds()),
    settings: table(['Setting', 'Default', 'What it is'], settings()),
    storage: storage(root),
  };
}

function writeRule({ name, about, where, over, none }: AlertRule): string[] {
  return [name, about, none ? 'is below 1: no report at all' : `\`${where ?? ''}\``, over];
}

function apiErrors(): string[][] {
  return distinct(
    sourceKinds()
      .flatMap(({ reference }) => reference?.errors ?? [])
      .map(({ code, cause, fix, meanwhile }) => [
        `\`${code}\``,
        cause,
        fix === '' ? 'Nothing.' : fix,
        meanwhile,
      ]),
  );
}

/** Kinds of source that ask the same service have rows in common. */
function distinct(rows: readonly string[][]): string[][] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function tokenErrors(): string[][] {
  return aadstsCatalogue.map(({ codes, cause, fix }) => [
    codes.map((code) => `\`AADSTS${code}\``).join(', '),
    cause,
    fix === '' ? 'Nothing.' : fix,
  ]);
}

function clouds(): string[][] {
  return distinct(
    sourceKinds()
      .flatMap(({ reference }) => reference?.clouds ?? [])
      .map(({ name, tokens, content }) => [`\`${name}\``, tokens, content]),
  );
}

function settings(): string[][] {
  return formOptions.map(({ title, about, default: value, required }) => [
    title,
    required ? 'required' : writeDefault(value),
    about,
  ]);
}

function writeDefault(value: unknown): string {
  if (value === undefined) return '';
  return [value]
    .flat()
    .map((each) => `\`${String(each)}\``)
    .join(', ');
}

/** Written by `npm run bench -- storage`. */
export interface StorageMeasurement {
  readonly server: string;
  readonly records: string;
  readonly rows: readonly {
    readonly mode: string;
    readonly original: boolean;
    readonly bytesPerDocument: number;
    readonly documentsPerCpuSecond: number;
  }[];
}

export const storageFile = (root: string): string => join(root, 'docs', 'package', 'storage.json');

function storage(root: string): string {
  const file = storageFile(root);
  if (!existsSync(file)) return 'Not measured yet: `npm run bench -- storage`.';
  const { server, records, rows } = readJson<StorageMeasurement>(file);
  const measured = rows.map((row) => [
    row.mode,
    row.original ? 'kept' : 'dropped',
    row.bytesPerDocument.toLocaleString('en'),
    row.documentsPerCpuSecond.toLocaleString('en'),
  ]);
  const head = ['Index mode', '`event.original`', 'Bytes per document', 'Documents per CPU-second of ingest'];
  return `${table(head, measured)}\n\nMeasured with ${records} on ${server}: one primary, no replica, after a merge to one segment.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
