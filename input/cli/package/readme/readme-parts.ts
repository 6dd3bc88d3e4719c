// The parts of the package's README that follow from the code: error catalogues, hosts, settings and what was measured.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertRule } from '../../../../dashboards/index.ts';
import { aadstsCatalogue } from '../../../auth/aadsts-catalogue.ts';
import { cloudHosts } from '../../../sources/management-activity/api/clouds.ts';
import { type Effect, errorCatalogue } from '../../../sources/management-activity/api/error-catalogue.ts';
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

const meanwhile: Record<Effect, string> = {
  'fail tenant': 'The tenant is asked again, slowly.',
  'fail content type': 'This content type is asked again, slowly; the others go on.',
  'start subscription': 'The subscription is started as soon as Microsoft allows it.',
  'retry blob':
    'This content is asked for again, with growing pauses, until the date that Microsoft listed for it has passed. Only then it counts as lost, with the reason; everything else goes on.',
  'restart window': 'The time window is listed again from its first page.',
  'clamp window': 'The time window is cut to what Microsoft allows.',
  'slow down': 'The whole tenant pauses for as long as Microsoft says.',
  'renew token': 'A new token is fetched and the request repeated.',
  retry: 'The request is repeated with growing pauses.',
  success: 'Nothing: this is as good as success.',
};

function apiErrors(): string[][] {
  return errorCatalogue.map(({ code, cause, fix, effect }) => [
    `\`${code}\``,
    cause,
    fix === '' ? 'Nothing.' : fix,
    meanwhile[effect],
  ]);
}

function tokenErrors(): string[][] {
  return aadstsCatalogue.map(({ codes, cause, fix }) => [
    codes.map((code) => `\`AADSTS${code}\``).join(', '),
    cause,
    fix === '' ? 'Nothing.' : fix,
  ]);
}

function clouds(): string[][] {
  return Object.entries(cloudHosts).map(([name, { login, management }]) => [
    `\`${name}\``,
    hostOf(login),
    hostOf(management),
  ]);
}

const hostOf = (url: string): string => new URL(url).host;

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
