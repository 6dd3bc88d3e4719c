// Reads the samples of the rules for Entra, Defender and mail flow, `entra/<rule>.json`: each record is a sample event with some of its
// properties changed, which the rule must find or must not find.

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DatasetName, datasetNames } from '../../pipelines/datasets.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';

const folder = join(import.meta.dirname, 'entra');
const events = join(import.meta.dirname, '..', 'events');

export interface EntraRecord {
  readonly dataset: DatasetName;
  readonly record: JsonObject;
}

/** The rule asks for a property that Graph does not serve. */
interface RuleException {
  readonly property: string;
  readonly reason: string;
}

export interface EntraSample {
  readonly about: string;
  readonly exception: RuleException | undefined;
  readonly match: readonly EntraRecord[];
  readonly nearMiss: readonly EntraRecord[];
}

interface Entry {
  /** The sample event below `test/events/`, without extension. */
  readonly like: string;
  /** Properties in place of its own; of an object those that are named. */
  readonly with: JsonObject;
  /** The number of records alike; `{n}` in their texts counts them. */
  readonly times?: number;
}

interface SampleFile {
  readonly about: string;
  readonly exception?: RuleException;
  readonly match: readonly Entry[];
  readonly nearMiss: readonly Entry[];
}

export function entraSampleNames(): string[] {
  return globSync('*.json', { cwd: folder })
    .map((file) => basename(file, '.json'))
    .toSorted();
}

/** `{now}` in a text is this moment. */
export function readEntraSample(name: string, now: string): EntraSample {
  const { about, exception, match, nearMiss }: SampleFile = JSON.parse(
    readFileSync(join(folder, `${name}.json`), 'utf8'),
  );
  const make = (entries: readonly Entry[], kind: string) =>
    entries.flatMap((entry, i) => makeRecords(entry, `${name}-${kind}-${i}`, now));
  return { about, exception, match: make(match, 'match'), nearMiss: make(nearMiss, 'miss') };
}

function makeRecords({ like, with: changes, times = 1 }: Entry, id: string, now: string): EntraRecord[] {
  const dataset = datasetNames.find((name) => like.startsWith(`${name}/`));
  if (dataset === undefined) throw new Error(`"${like}" is of no dataset`);
  const whole: JsonObject = JSON.parse(readFileSync(join(events, `${like}.json`), 'utf8'));
  const text = JSON.stringify(merge(whole, changes)).replaceAll('{now}', now);
  return Array.from({ length: times }, (_, i) => {
    const record: JsonObject = JSON.parse(text.replaceAll('{n}', String(i + 1).padStart(2, '0')));
    return { dataset, record: { ...record, id: `${id}-${i + 1}` } };
  });
}

function merge(value: Json, changes: Json): Json {
  if (!isObject(value) || !isObject(changes)) return changes;
  const merged = Object.entries(changes).map(([name, change]) => [name, merge(value[name], change)]);
  return { ...value, ...Object.fromEntries(merged) };
}
