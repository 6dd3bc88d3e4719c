// Begins a record-type file and its example events: what can be known of them is written, the rest is there to be edited.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Definitions } from '../../pipelines/definitions.ts';
import type { JsonObject } from '../../pipelines/json/json.ts';
import { sampleContext } from '../pipelines/samples.ts';
import { type FileChoice, toFileName } from './choose.ts';
import { propose, writeFlow, writeLine } from './propose.ts';

export const root: string = join(import.meta.dirname, '../..');

/** Gives the paths of what it wrote, from the root of the repository. */
export function scaffold(
  { file, events, numbers }: FileChoice,
  records: readonly JsonObject[] | undefined,
  definitions: Definitions,
): string[] {
  const [number = 0] = numbers;
  const name = definitions.recordTypeNames[number] ?? String(number);
  const said = records?.[0]?.Workload;
  const workload = typeof said === 'string' ? said : definitions.workloads[number]?.[0];
  const samples = records === undefined ? [makeEvent(number, name, workload)] : onePerOperation(records);
  const written = samples.map((sample) => writeEvent(events ?? '', sample));
  writeFileSync(file, writeFileText({ number, name, workload, records: records ?? [], definitions }));
  return [relative(root, file), ...written];
}

interface Beginning {
  readonly number: number;
  readonly name: string;
  readonly workload: string | undefined;
  readonly records: readonly JsonObject[];
  readonly definitions: Definitions;
}

const message =
  "{user.name|user.id|'Someone'} <did|tried> {Operation|'something unnamed'}[ on {ObjectId}][ from {source.ip|source.address}]";

function writeFileText({ number, name, workload, records, definitions }: Beginning): string {
  const fields = propose(records, definitions).map((proposal) => `  - ${writeLine(proposal)}`);
  const operations = describeOperations(records);
  return [
    '# yaml-language-server: $schema=../../generated/schema/record-type.json',
    `about: Records of the type ${name}.`,
    ...(workload === undefined ? [] : [`workload: ${workload}`]),
    '',
    `record_types: {${number}: ${name}}`,
    '',
    'event: {category: [api]}',
    '',
    ...['outcome:', '  steps:', '    - {status: ResultStatus}', '  otherwise: unknown', ''],
    `message: "${message}"`,
    ...(fields.length === 0 ? [] : ['', 'fields:', ...fields]),
    ...(operations.length === 0 ? [] : ['', 'operations:', ...operations]),
    '',
  ].join('\n');
}

/** What the words that operations begin with say of them. */
const typesByWord: readonly (readonly [string, RegExp])[] = [
  ['creation', /^(add|create|copy|new|submit|upload)/i],
  ['deletion', /^(delete|remove|purge)/i],
  ['change', /^(change|disable|edit|enable|modif|move|rename|set|update)/i],
  ['access', /^(access|download|export|get|list|open|preview|read|search|view)/i],
];

function describeOperations(records: readonly JsonObject[]): string[] {
  const names = [...new Set(records.map(({ Operation }) => Operation))].filter(
    (name) => typeof name === 'string',
  );
  return typesByWord.flatMap(([type, word]) => {
    const own = names.filter((name) => word.test(name));
    return own.length === 0 ? [] : [`  - ${writeFlow({ for: own, event: { type: [type] } })}`];
  });
}

/** Of each operation the record that has the most properties. */
function onePerOperation(records: readonly JsonObject[]): JsonObject[] {
  const chosen = new Map<string, JsonObject>();
  for (const record of records) {
    const operation = String(record.Operation);
    const present = chosen.get(operation);
    if (present === undefined || Object.keys(record).length > Object.keys(present).length)
      chosen.set(operation, record);
  }
  return [...chosen.values()];
}

function makeEvent(number: number, name: string, workload: string | undefined): JsonObject {
  return {
    CreationTime: '2026-11-20T09:30:00',
    Id: madeUpId(name),
    Operation: 'Example',
    OrganizationId: sampleContext.tenantId,
    RecordType: number,
    ResultStatus: 'Succeeded',
    UserId: 'ann@contoso.example',
    UserType: 0,
    Workload: workload ?? name,
    ClientIP: '203.0.113.7',
    ObjectId: 'example',
  };
}

/** A GUID that is another for each name and the same each time. */
function madeUpId(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex');
  return digits.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-5$3-9$4-$5');
}

/** Gives its path from the root of the repository. */
function writeEvent(folder: string, event: JsonObject): string {
  const path = join(
    'test/events',
    folder,
    `${toFileName(String(event.Operation ?? 'event')) || 'event'}.json`,
  );
  mkdirSync(join(root, 'test/events', folder), { recursive: true });
  writeFileSync(join(root, path), `${JSON.stringify(event, undefined, 2)}\n`);
  return path;
}

const proposed = /^about: Records of the type |\bfrom: (\S+), type: \w+, about: \1 of the record\./;

/** The lines whose sentence is still the one that was proposed. */
export function listUnwritten(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      const match = proposed.exec(line);
      if (match === null) return [];
      const what = match[1] === undefined ? 'what these records are' : `what ${match[1]} is`;
      return `${basename(file)}:${i + 1}: ${what}`;
    });
}
