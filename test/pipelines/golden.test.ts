import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { isObject, type Json, type JsonObject } from '../../pipelines/json/json.ts';
import { compileCase } from '../../pipelines/rules/cases.ts';
import { compileRead } from '../../pipelines/rules/paths.ts';
import { listSamples, readPublicRecords, sampleContext } from './samples.ts';

const definitions = loadDefinitions();
const mapper = loadMapper();
const samples = listSamples();
const fields = listDocumentFields(definitions);
const fieldNames = new Set(fields.map(({ name }) => name));
/** Below these everything goes. */
const opaque = fields.filter(({ type }) => type === 'flattened').map(({ name }) => `${name}.`);

const mapped = (text: string): JsonObject => mapper.map(mapper.read(text), sampleContext);

describe('a sample becomes the document that was accepted (npm run accept rewrites them)', () => {
  test.each(samples.map((sample) => [sample.name, sample] as const))('%s', (_, { text, expectedFile }) => {
    const expected = existsSync(expectedFile) ? JSON.parse(readFileSync(expectedFile, 'utf8')) : undefined;
    expect(mapped(text)).toEqual(expected);
  });
});

describe('there is a sample', () => {
  const seen = samples.map(({ text }): JsonObject => JSON.parse(text));
  const types = new Set(seen.map(({ RecordType }) => RecordType));

  test.each(definitions.files.map((file) => [file.name, file] as const))(
    'of each record type of %s',
    (_, file) => {
      expect(file.recordTypes.filter((number) => !types.has(number))).toEqual([]);
    },
  );

  /** What an operation says, as text: files that extend another share its operations, and one sample is enough. */
  const used = new Set(
    seen.flatMap(({ RecordType, Operation }) => {
      const file = definitions.files.find(({ recordTypes }) =>
        recordTypes.some((number) => number === RecordType),
      );
      const { layers = [], named = {}, beginnings = [] } = file?.operations ?? {};
      const operation = String(Operation);
      const positions =
        named[operation] ?? beginnings.find(({ text }) => operation.startsWith(text))?.layers ?? [];
      return positions.map((position) => JSON.stringify(layers[position]));
    }),
  );

  test.each(definitions.files.map((file) => [file.name, file] as const))(
    'of each operation that %s singles out',
    (_, file) => {
      const { layers, named, beginnings } = file.operations;
      const names = (position: number) => [
        ...Object.keys(named).filter((name) => named[name]?.includes(position)),
        ...beginnings.filter((each) => each.layers.includes(position)).map(({ text }) => `${text}*`),
      ];
      const missing = layers.flatMap((layer, position) =>
        used.has(JSON.stringify(layer)) ? [] : [names(position)[0]],
      );
      expect(missing).toEqual([]);
    },
  );
});

test('there is a sample of each case that a record type tells apart', () => {
  const cases = definitions.files.flatMap(({ layer, operations }) =>
    [layer, ...operations.layers].flatMap((each) => each.cases ?? []),
  );
  const documents = samples.map(({ text }) => mapped(text));
  const missing = cases.filter((each) => {
    const holds = compileCase(each, compileRead);
    return !documents.some(({ event, o365 }) => {
      const { outcome, category, type } = isObject(event) ? event : {};
      const audit = isObject(o365) && isObject(o365.audit) ? o365.audit : {};
      return (
        holds(audit, outcome) &&
        each.category.every((one) => [category].flat().includes(one)) &&
        each.type.every((one) => [type].flat().includes(one))
      );
    });
  });
  expect([...new Set(missing.map((each) => JSON.stringify(each)))]).toEqual([]);
});

describe('every field of a document is defined', () => {
  test.each(samples.map(({ name, text }) => [name, text] as const))('of the sample %s', (_, text) => {
    expect(undefinedFields(mapped(text))).toEqual([]);
  });

  const records = readPublicRecords();
  (records.length === 0 ? test.skip : test)('of the public records', () => {
    const unknown = new Set(records.flatMap((text) => undefinedFields(mapped(text))));
    expect([...unknown].sort()).toEqual([]);
  });
});

/** Names of fields that no definition covers, but for properties whose copy in `other` says that they have none. */
function undefinedFields(document: JsonObject): string[] {
  const leaves: string[] = [];
  listLeaves(document, '', leaves);
  const other = new Set<string>();
  const { o365 } = document;
  const audit = isObject(o365) && isObject(o365.audit) ? o365.audit : {};
  if (isObject(audit.other)) for (const name of Object.keys(audit.other)) other.add(`o365.audit.${name}`);
  return leaves.filter(
    (name) =>
      !fieldNames.has(name) &&
      !opaque.some((beginning) => name.startsWith(beginning)) &&
      ![...other].some((known) => name === known || name.startsWith(`${known}.`)),
  );
}

function listLeaves(value: Json, name: string, leaves: string[]): void {
  if (Array.isArray(value)) for (const item of value) listLeaves(item, name, leaves);
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value))
      listLeaves(inner, name === '' ? key : `${name}.${key}`, leaves);
  } else if (!leaves.includes(name)) leaves.push(name);
}
