// Reads the `dataset.yml` of a folder: what is said once for all of its record types.

import { join } from 'node:path';
import { ecsFieldNames } from '../../fields/ecs.ts';
import type { Dataset, Head, Places } from '../dataset.ts';
import { compiledSchema } from '../json/compiled-schema.ts';
import { parsePath } from './path.ts';
import { DefinitionError, type DefinitionProblem } from './problem.ts';
import type { PropertyTree } from './property-tree.ts';
import { type DatasetSource, datasetSchema } from './schema/dataset-schema.ts';
import { type ProblemAt, readYamlFile } from './yaml-file.ts';

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
    title: content.title,
    vendor: content.vendor,
    recordField,
    rawField: content.raw_field ?? name.replaceAll('.', ''),
    head,
    selector,
    identity,
    ...(envelope === undefined ? {} : { envelope: { root: envelope.root, beside: envelope.beside ?? [] } }),
    ...(userTypes === undefined
      ? {}
      : { userTypes: { from: userTypes.from.split('.'), names: userTypes.names } }),
    indexed: (content.indexed ?? []).map(({ reason, properties: names }) => ({
      reason,
      properties: names.flat(),
    })),
    moved: content.moved ?? [],
    otherTypes: content.other_types ?? [],
  };
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
    actor: placesOf('actor'),
  };
}
