// The datasets beside the audit log: their samples become the documents that were accepted, every field is defined,
// every operation and case that their files tell apart has a sample, and no sentence has a hole.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { recordPath } from '../../pipelines/dataset.ts';
import { type DatasetName, datasetNames, mainDataset } from '../../pipelines/datasets.ts';
import type { Definitions } from '../../pipelines/definitions.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { compileUnify } from '../../pipelines/engine/unify.ts';
import { compileExplainer } from '../../pipelines/explain/explain.ts';
import { flatten } from '../../pipelines/explain/flatten.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import type { RecordHead } from '../../pipelines/record-head.ts';
import { compileCase } from '../../pipelines/rules/cases.ts';
import { compileRead } from '../../pipelines/rules/paths.ts';
import { byRecordType, positionsOf, stackLayers } from '../../pipelines/rules/plan.ts';
import { checkEventTypes } from '../package/field-checks.ts';
import { listSamples, sampleContext } from './samples.ts';

const names = datasetNames.filter((name) => name !== mainDataset);

describe.each(names)('%s', (dataset: DatasetName) => {
  const definitions = loadDefinitions(dataset);
  const mapper = loadMapper(dataset);
  const samples = listSamples(dataset);
  const map = (text: string): JsonObject => mapper.map(mapper.read(text), sampleContext);
  const named = samples.map((sample) => [sample.name, sample] as const);

  test.each(named)('the sample %s becomes its document (npm run accept)', (_, { text, expectedFile }) => {
    const expected = existsSync(expectedFile) ? JSON.parse(readFileSync(expectedFile, 'utf8')) : undefined;
    expect(map(text)).toEqual(expected);
  });

  test('ECS expects the types of every sample for its categories', () => {
    const wrong = samples.flatMap(({ name, text }) => {
      const { event } = map(text);
      const { category, type } = isObject(event) ? event : {};
      return checkEventTypes(textsOf(category), textsOf(type)).map((problem) => `${name}: ${problem}`);
    });
    expect(wrong).toEqual([]);
  });

  test('every field of a document is defined, or named in "other"', () => {
    const isDefined = compileIsDefined(definitions);
    const unknown = samples.flatMap(({ text }) => {
      const document = map(text);
      const kept = recordPath(definitions.dataset).reduce<Json>(
        (value, name) => (isObject(value) ? value[name] : undefined),
        document,
      );
      const other = isObject(kept) && isObject(kept.other) ? Object.keys(kept.other) : [];
      const isOther = (name: string) =>
        other.some((path) => name.split('.').includes(path.split('.').at(-1) ?? ''));
      return listNames(document).filter((name) => !isDefined(name) && !isOther(name));
    });
    expect([...new Set(unknown)]).toEqual([]);
  });

  test.each(named)('the explanation of %s has the fields of its document', (_, { text }) => {
    const explainer = compileExplainer(definitions);
    const { fields } = explainer.explain(explainer.read(text), sampleContext);
    const explained = fields.map(({ name, value }) => [name, value] as const);
    expect(Object.fromEntries(explained)).toEqual(Object.fromEntries(flatten(map(text))));
  });

  test('every operation and every case that a file tells apart has a sample', () => {
    const missing = definitions.files.flatMap((file) => {
      const { named: operations, beginnings } = file.operations;
      const namesOf = (layer: number) => [
        ...Object.keys(operations).filter((name) => operations[name]?.includes(layer)),
        ...beginnings.flatMap(({ text, layers }) => (layers.includes(layer) ? [`${text}*`] : [])),
      ];
      const find = byRecordType(definitions, (each) => each.name);
      const records = samples
        .map(({ text }) => mapper.read(text))
        .filter(({ type }) => find(type.key) === file.name);
      const used = new Set(records.flatMap(({ action }) => positionsOf(file.operations, action)));
      return file.operations.layers.flatMap((_, i) => (used.has(i) ? [] : [namesOf(i).join()]));
    });
    expect(missing).toEqual([]);
    const events = samples.map(({ text }) => ({ text, record: mapper.read(text), document: map(text) }));
    expect(listCasesWithoutSample(definitions, events)).toEqual([]);
  });

  const hole = /^[\s,:]|\s[\s,;.)]|\s:(?!:)|\(\s*\)|"\s*"|[\s,:(]$|undefined|\[object/;

  test('no sentence has a hole, whatever a record lacks', () => {
    const holes = samples.flatMap(({ text }) => {
      const whole: JsonObject = JSON.parse(text);
      return listSmaller(whole).flatMap((record) => {
        const { message } = map(JSON.stringify(record));
        return typeof message === 'string' && !hole.test(message) ? [] : [message];
      });
    });
    expect(holes).toEqual([]);
  });

  test('a sentence about what failed or may not have been done does not say that it was', () => {
    const sentences = samples.flatMap(({ text }) => {
      const { event, message } = map(text);
      const outcome = isObject(event) ? event.outcome : undefined;
      return outcome === 'success' ? [] : [`${outcome}: ${message}`];
    });
    expect(sentences.filter((sentence) => / (?:did|signed in|took|reported) /.test(sentence))).toEqual([]);
  });
});

function textsOf(value: Json): string[] {
  return [value].flat().map(String);
}

/** The record without each of its properties, and without each of the properties inside of these. */
function listSmaller(record: JsonObject): JsonObject[] {
  return Object.keys(record).flatMap((name) => {
    const { [name]: value, ...without } = record;
    const inner = isObject(value) ? listSmaller(value).map((each) => ({ ...record, [name]: each })) : [];
    return [without, ...inner];
  });
}

function compileIsDefined(definitions: Definitions): (name: string) => boolean {
  const fields = listDocumentFields(definitions);
  const defined = new Set(fields.map(({ name }) => name));
  const open = fields.filter(({ type }) => type === 'flattened').map(({ name }) => `${name}.`);
  return (name) => defined.has(name) || open.some((beginning) => name.startsWith(beginning));
}

/** Names of all values, those inside of lists of objects too. */
function listNames(value: Json, name = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => listNames(item, name));
  if (!isObject(value)) return [name];
  return Object.entries(value).flatMap(([key, inner]) =>
    listNames(inner, name === '' ? key : `${name}.${key}`),
  );
}

function listCasesWithoutSample(
  { dataset, common, files }: Definitions,
  events: readonly { readonly text: string; readonly record: RecordHead; readonly document: JsonObject }[],
): string[] {
  const unify = compileUnify(dataset.envelope);
  const findFile = byRecordType({ dataset, files }, (file) => file);
  const held = events.flatMap(({ text, record, document: { event } }) => {
    const file = findFile(record.type.key);
    if (file === undefined) return [];
    const layers = stackLayers(file, positionsOf(file.operations, record.action), common);
    const given = unify(JSON.parse(text));
    const outcome = isObject(event) ? event.outcome : undefined;
    return layers
      .flatMap((layer) => layer.cases ?? [])
      .filter((each) => compileCase(each, compileRead)(given, outcome));
  });
  const known = new Set(held.map((each) => JSON.stringify(each)));
  return files
    .flatMap(({ layer, operations }) => [layer, ...operations.layers].flatMap((each) => each.cases ?? []))
    .map((each) => JSON.stringify(each))
    .filter((each) => !known.has(each));
}
