// Reads the `dataset.yml` of a folder: what is said once for all of its record types.

import { join } from 'node:path';
import { ecsFieldNames } from '../../fields/ecs.ts';
import type { Dataset, Envelope, Head, MadeProperty, MadeSource, Places, SpelledObject } from '../dataset.ts';
import { compiledSchema } from '../json/compiled-schema.ts';
import { resolvePath, type SourceLocation } from './names.ts';
import { parsePath } from './path.ts';
import { DefinitionError, type DefinitionProblem } from './problem.ts';
import type { PropertyTree } from './property-tree.ts';
import { resolveConditions } from './rules.ts';
import { type DatasetSource, datasetSchema, type MadeFrom } from './schema/dataset-schema.ts';
import { type ProblemAt, readYamlFile, type YamlPath } from './yaml-file.ts';

export interface DatasetFile {
  readonly content: DatasetSource;
  readonly problemAt: ProblemAt;
}

const schema = compiledSchema<DatasetSource>(datasetSchema);

/** Throws a DefinitionError. */
export function readDatasetFile(folder: string): DatasetFile {
  const file = readYamlFile(join(folder, 'dataset.yml'), schema());
  if (file.content === undefined) throw new DefinitionError(file.problems);
  return file;
}

/** What it says, with every name checked against the properties that record-type files define. */
export function resolveDataset(
  file: DatasetFile,
  properties: PropertyTree,
  problems: DefinitionProblem[],
): Dataset {
  const { content } = file;
  const { dataset: name, selector = 'none', identity = 'id', envelope } = content;
  const report = (place: readonly string[], message: string) => problems.push(file.problemAt(place, message));
  const recordField = content.record_field ?? name;
  if (ecsFieldNames().some((field) => field.split('.', 1)[0] === recordField.split('.', 1)[0]))
    report(
      ['record_field'],
      `"${recordField}" is inside of an object of ECS: give the record a field of its own`,
    );
  const head = resolveHead(content, properties, report);
  const { user_types: userTypes } = content;
  if (userTypes && !properties.has(userTypes.from))
    report(['user_types', 'from'], `no file defines the property "${userTypes.from}"`);
  if (selector !== 'none' && head.kind.length === 0)
    report(['selector'], `with the selector "${selector}" the head says where the "kind" of a record is`);
  if (identity === 'id_and_update' && head.updated.length === 0)
    report(['identity'], 'with this identity the head says where a record is "updated"');
  if (identity === 'id_and_update' && head.updated[0]?.join('.') !== head.time[0]?.join('.'))
    report(
      ['head', 'time'],
      'with this identity every change is an event: its time begins with when it is "updated"',
    );
  return {
    name,
    module: content.module,
    package: content.package ?? 'm365',
    title: content.title,
    vendor: content.vendor,
    recordField,
    rawField: content.raw_field ?? name.replaceAll('.', ''),
    rawIn: content.raw_field === undefined ? 'message' : 'field',
    head,
    selector,
    identity,
    ...(envelope === undefined ? {} : { envelope: resolveEnvelope(envelope, properties, file, problems) }),
    ...(userTypes === undefined
      ? {}
      : { userTypes: { from: userTypes.from.split('.'), names: userTypes.names } }),
    indexed: (content.indexed ?? []).map(({ reason, properties: names }) => ({
      reason,
      properties: names.flat(),
    })),
    moved: content.moved ?? [],
    otherTypes: content.other_types ?? [],
    absent: (content.absent ?? []).map(({ instead = [], ...each }) => ({ ...each, instead })),
    otherValues: (content.other_values ?? []).map(({ instead = [], ...each }) => ({ ...each, instead })),
  };
}

function resolveEnvelope(
  { root, beside = [], made = {}, spelled }: NonNullable<DatasetSource['envelope']>,
  properties: PropertyTree,
  file: DatasetFile,
  problems: DefinitionProblem[],
): Envelope {
  const location = locateIn(file, properties, problems, ['envelope', 'made']);
  const entries = Object.entries(made).map(([name, source]): MadeProperty => {
    const at = location.at(name);
    resolvePath(name, at);
    return { path: name.split('.'), from: [source].flat().map((each) => resolveSource(each, at)) };
  });
  if (spelled === undefined) return { root, beside, made: entries };
  const spelledAt = locateIn(file, properties, problems, ['envelope', 'spelled']);
  return { root, beside, made: entries, spelled: resolveSpelled(spelled, spelledAt) };
}

function resolveSpelled(
  spelled: Readonly<Record<string, Readonly<Record<string, string>>>>,
  location: SourceLocation,
): SpelledObject[] {
  return Object.entries(spelled).map(([name, names]) => {
    const at = location.at(name);
    for (const own of Object.values(names)) resolvePath(`${name}.${own}`, at);
    if (new Set(Object.values(names)).size < Object.keys(names).length)
      at.report('two names of an envelope would become one');
    return { path: name.split('.'), names };
  });
}

function locateIn(
  file: DatasetFile,
  properties: PropertyTree,
  problems: DefinitionProblem[],
  path: YamlPath,
): SourceLocation {
  return {
    properties,
    at: (...below) => locateIn(file, properties, problems, [...path, ...below]),
    report: (message) => {
      problems.push(file.problemAt(path, message));
    },
    line: () => undefined,
  };
}

function resolveSource(source: MadeFrom, location: SourceLocation): MadeSource {
  if (typeof source === 'string') return { path: resolvePath(source, location) };
  const { from, values, text, when } = source;
  if ((from === undefined) === (text === undefined))
    location.report('what is made comes "from" a property, or is a "text"');
  return {
    ...(from === undefined ? { text } : { path: resolvePath(from, location) }),
    ...(values === undefined ? {} : { values: lowerKeys(values) }),
    ...(when === undefined ? {} : { when: resolveConditions(when, location) }),
  };
}

function lowerKeys(table: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key.toLowerCase(), value]));
}

function resolveHead(
  { head }: DatasetSource,
  properties: PropertyTree,
  report: (place: readonly string[], message: string) => void,
): Head {
  const placesOf = (name: keyof Head): Places =>
    [head[name] ?? []].flat().map((text) => {
      const path = parsePath(text);
      if (path === undefined || path.some(({ where }) => where !== undefined))
        report(['head', name], `"${text}" is no plain path`);
      else if (!properties.has(text)) report(['head', name], `no file defines the property "${text}"`);
      return (path ?? []).map((step) => step.name);
    });
  return {
    id: placesOf('id'),
    owner: placesOf('owner'),
    time: placesOf('time'),
    kind: placesOf('kind'),
    action: placesOf('action'),
    updated: placesOf('updated'),
    part: placesOf('part'),
    actor: placesOf('actor'),
  };
}
