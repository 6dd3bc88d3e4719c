// Which record-type file somebody means: by its name, or by a record type, which may not have a file yet.

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { datasets, mainDataset } from '../../pipelines/datasets.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { compileRecordTypes } from '../../pipelines/engine/record-types.ts';
import { pipelinesFolder } from '../../pipelines/language/index.ts';
import { suggest } from '../../pipelines/language/problem.ts';

export interface FileChoice {
  /** The path of the file. */
  readonly file: string;
  /** The folder of its example events below `test/events`; undefined for a file that only others extend. */
  readonly events: string | undefined;
  /** Its record types. */
  readonly numbers: readonly number[];
  readonly isNew: boolean;
}

/** What is wrong with the command line. */
export class UsageError extends Error {}

const folder = join(pipelinesFolder, datasets[mainDataset].folder, 'record-types');

/** Throws a UsageError. `fileName` is for a new file. */
export function choose(text: string, fileName: string | undefined, definitions: Definitions): FileChoice {
  const names = readdirSync(folder).flatMap((name) => (name.endsWith('.yml') ? basename(name, '.yml') : []));
  const number = numberOf(text, definitions);
  const owner =
    definitions.files.find(({ name }) => name === text) ??
    definitions.files.find(({ recordTypes }) => number !== undefined && recordTypes.includes(number));
  if (owner === undefined && number !== undefined)
    return begin(number, fileName ?? toFileName(definitions.recordTypeNames[number] ?? ''), names);
  if (fileName !== undefined && (owner !== undefined || names.includes(text)))
    throw new UsageError(`--file is for a new record type, and "${text}" has ${owner?.name ?? text}.yml.`);
  if (owner !== undefined)
    return {
      file: fileOf(owner.name),
      events: owner.name,
      numbers: owner.recordTypes.map(Number),
      isNew: false,
    };
  if (names.includes(text)) return { file: fileOf(text), events: undefined, numbers: [], isNew: false };
  throw unknown(text, [...names, ...Object.values(definitions.recordTypeNames)]);
}

function begin(number: number, name: string, taken: readonly string[]): FileChoice {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    throw new UsageError(
      `"${name}" is no name for a file: use small letters and digits, with hyphens between words.`,
    );
  if (taken.includes(name) || existsSync(fileOf(name)))
    throw new UsageError(`${name}.yml is about other record types: choose another name with --file.`);
  return { file: fileOf(name), events: name, numbers: [number], isNew: true };
}

function numberOf(text: string, definitions: Definitions): number | undefined {
  const { known, key } = compileRecordTypes(definitions)(text);
  return known ? Number(key) : undefined;
}

function fileOf(name: string): string {
  return join(folder, `${name}.yml`);
}

/** `mcas-alerts` for `MCASAlerts`. */
export function toFileName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}

function unknown(text: string, known: readonly string[]): UsageError {
  if (/^\d+$/.test(text))
    return new UsageError(
      `No record type has the number ${text}. One that is new goes into pipelines/audit/record-type-names.yml first,\nby the name that Microsoft gives it: "${text}: Name".`,
    );
  const near = suggest(text, known);
  return new UsageError(
    near === ''
      ? `No record type or file is called "${text}": docs/record-types.md lists them all.`
      : `No record type or file is called "${text}"${near}`,
  );
}
