import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { RecordTypeFile } from '../../pipelines/definitions.ts';
import { compileCases } from '../../pipelines/engine/cases.ts';
import { compileRead } from '../../pipelines/engine/paths.ts';
import { loadDefinitions } from '../../pipelines/index.ts';
import { checkEventTypes } from '../package/field-checks.ts';
import { listSamples } from './samples.ts';

const { common, files } = loadDefinitions();

test('ECS expects every type of an event of one of its categories, in every sample', () => {
  const wrong = listSamples().flatMap(({ name, expectedFile }) => {
    const { event } = JSON.parse(readFileSync(expectedFile, 'utf8'));
    return checkEventTypes(event.category, event.type).map((problem) => `${name}: ${problem}`);
  });
  expect(wrong).toEqual([]);
});

describe('ECS expects every type that a record type gives to an operation, in whichever of its cases', () => {
  test.each(files.map((file) => [file.name, file] as const))('%s', (_, file) => {
    expect(
      listOperations(file).flatMap(([name, positions]) => checkOperation(file, name, positions)),
    ).toEqual([]);
  });
});

type OperationOf = readonly [name: string, positions: readonly number[]];

/** Those that it singles out, and any other. */
function listOperations({ operations }: RecordTypeFile): OperationOf[] {
  return [
    ['any other operation', []],
    ...Object.entries(operations.named),
    ...operations.beginnings.map(({ text, layers }): OperationOf => [`${text}*`, layers]),
  ];
}

function checkOperation(
  { layer, operations }: RecordTypeFile,
  name: string,
  positions: readonly number[],
): string[] {
  const own = positions.flatMap((position) => operations.layers[position] ?? []);
  const layers = [...own, layer, common];
  const cases = layers.flatMap((each) => each.cases ?? []);
  const { describe: describeEvent } = compileCases(layers, compileRead);
  return [undefined, ...cases.keys()].flatMap((held) => {
    const { category, type } = describeEvent((position) => position === held).event;
    return checkEventTypes(category, type).map((problem) => `${name}: ${problem}`);
  });
}
