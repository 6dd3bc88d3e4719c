// The parts of the package's README that follow from the code: error catalogues, hosts, settings and what was measured.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertRule } from '../../../../dashboards/index.ts';
import { aadstsCatalogue } from '../../../auth/aadsts-catalogue.ts';
import type { Option } from '../../../options/option.ts';
import type { RegisteredKind } from '../../../sources/stream-source.ts';
import { formOptionsOf } from '../form/variables.ts';
import { type Manifest, ownPartsOf } from '../manifest-file.ts';
import type { PackageDataStream } from '../package-data-stream.ts';
import { readJson, readText } from '../read-source.ts';
import type { ReadmeParts } from './readme.ts';

export interface ReadmeFacts {
  /** The root of the repository. */
  readonly root: string;
  readonly manifest: Manifest;
  readonly rules: readonly AlertRule[];
  readonly kinds: readonly RegisteredKind[];
  readonly streams: readonly PackageDataStream[];
}

export function writeReadmeParts({ root, manifest, rules, kinds, streams }: ReadmeFacts): ReadmeParts {
  return {
    title: manifest.title,
    description: String(manifest.description),
    dataset: String(kinds[0]?.dataset),
    notes: readNotes(root, manifest.name),
    logTypes: table(
      ['Data stream', 'What it holds', 'Permissions of Microsoft Graph', 'Licence', 'Clouds'],
      kinds.map(writeLogType),
    ),
    endpoints: kinds
      .flatMap(({ reference }) => reference?.logType.endpoints ?? [])
      .map((path) => `- \`GET ${path}\``)
      .join('\n'),
    streams: streams.map(writeStream).join('\n\n'),
    alerts: table(['Rule', 'What it tells', 'Query in KQL', 'Looks back'], rules.map(writeRule)),
    apiErrors: table(['Code', 'What it means', 'What to do', 'What happens meanwhile'], apiErrors(kinds)),
    tokenErrors: table(['Code', 'What it means', 'What to do'], tokenErrors()),
    clouds: table(['Cloud', 'Tokens from', 'Content from'], clouds(kinds)),
    settings: writeSettings(kinds),
    storage: storage(root),
  };
}

function writeRule({ name, about, where, over, none }: AlertRule): string[] {
  return [name, about, none ? 'is below 1: no report at all' : `\`${where ?? ''}\``, over];
}

/** What only a package beside `m365` has to say. */
function readNotes(root: string, packageName: string): string {
  const file = join(ownPartsOf(root, packageName), 'notes.hbs');
  return existsSync(file) ? readText(file).trim() : '';
}

function writeLogType({ dataset, reference }: RegisteredKind): string[] {
  if (reference === undefined) return [`\`logs-${dataset}-*\``, '', '', '', ''];
  const { title, permissions, licence, clouds: all } = reference.logType;
  const needed = permissions.map((permission) => `\`${permission}\``).join(', ');
  return [`\`logs-${dataset}-*\``, title, needed, licence, all.join(', ')];
}

/** The calls are left for Elastic's tools to fill in. */
function writeStream({ name, sample }: PackageDataStream): string {
  const { dataset } = Object(Object(sample).data_stream);
  return [
    `### ${name}`,
    `The data stream \`${name}\`, dataset \`${dataset}\`.`,
    `#### ${name} fields`,
    `{{fields "${name}"}}`,
    `#### ${name} sample event`,
    `{{event "${name}"}}`,
  ].join('\n\n');
}

function apiErrors(kinds: readonly RegisteredKind[]): string[][] {
  return distinct(
    kinds
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

function clouds(kinds: readonly RegisteredKind[]): string[][] {
  return distinct(
    kinds
      .flatMap(({ reference }) => reference?.clouds ?? [])
      .map(({ name, tokens, content }) => [`\`${name}\``, tokens, content]),
  );
}

/** One table, or where several streams ask for settings, one for all of them and one for each. */
function writeSettings(kinds: readonly RegisteredKind[]): string {
  const [first, ...more] = kinds.map((kind) => ({ kind, options: formOptionsOf(kind) }));
  if (first === undefined) return '';
  if (more.length === 0) return writeOptions(first.options);
  const isShared = ({ shared }: Option) => shared === true;
  return [
    writeOptions(first.options.filter(isShared)),
    ...[first, ...more].flatMap(({ kind, options }) => [
      `For ${kind.reference?.logType.title ?? kind.name} (\`${kind.dataset}\`):`,
      writeOptions(options.filter((option) => !isShared(option))),
    ]),
  ].join('\n\n');
}

function writeOptions(options: readonly Option[]): string {
  const rows = options.map(({ title, about, default: value, required }) => [
    title,
    required ? 'required' : writeDefault(value),
    about,
  ]);
  return table(['Setting', 'Default', 'What it is'], rows);
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
