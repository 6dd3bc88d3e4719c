import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { templatesOf } from '../../input/cli/artefacts.ts';
import { mainDataset } from '../../pipelines/datasets.ts';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { buildRawPipelines } from '../../pipelines/ingest/raw-pipeline.ts';
import { readDataset, readDefinitions } from '../../pipelines/language/index.ts';
import { compileMapper } from '../../pipelines/mapper.ts';
import { writeFields, writeRecordTypes } from '../../pipelines/reference/write-reference.ts';

const audit = join(import.meta.dirname, '../../pipelines/audit');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'm365-language-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const dataset = `dataset: test.things
module: test
title: Things
vendor: Microsoft
head: {id: Id, time: CreationTime, kind: RecordType}
selector: number
`;

const head = `about: What every record says.
fields:
  - {from: Id, type: keyword, about: The id.}
  - {from: CreationTime, type: keyword, about: When it happened.}
  - {from: RecordType, type: keyword, about: The record type.}
`;

function writeFiles(files: Readonly<Record<string, string>>): void {
  writeFileSync(join(folder, 'record-type-names.yml'), '1: ExchangeAdmin\n2: ExchangeItem\n');
  writeFileSync(join(folder, 'record-type-workloads.yml'), '{}');
  mkdirSync(join(folder, 'record-types'), { recursive: true });
  writeFileSync(join(folder, 'dataset.yml'), dataset);
  const all = { 'common.yml': head, ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, 'record-types', name), text);
}

function problemsOf(files: Readonly<Record<string, string>>): string[] {
  writeFiles(files);
  try {
    readDataset(folder);
  } catch (error) {
    return String(error)
      .replace('DefinitionError: ', '')
      .split('\n')
      .map((line) => line.replace(/^\S*record-types\//, ''));
  }
  return [];
}

const good = `about: Things.
record_types: {1: ExchangeAdmin}
fields:
  - {from: ObjectName, type: keyword, about: Name of the thing., to: file.name}
`;

describe('a slip in a record-type file is named with its line and the nearest known name', () => {
  test.each([
    ['an unknown key', 'about: x\ncatgory: [web]\nfields: []\n', ':2: unknown key "catgory"'],
    [
      'a key that is nearly right',
      'about: x\nfeilds: []\n',
      ':2: unknown key "feilds"; did you mean "fields"?',
    ],
    [
      'a number in place of texts',
      'about: x\nfields:\n  - {from: 5, to: user.name}\n',
      ':3: from must be string or array',
    ],
    [
      'a category that ECS does not have',
      'about: x\nevent: {category: [webb]}\n',
      ':2: unknown value "webb"; did you mean "web"?',
    ],
    [
      'a type that does not exist',
      'about: x\nfields:\n  - {from: A, type: keywrd, about: y.}\n',
      ':3: unknown value "keywrd"; did you mean "keyword"?',
    ],
    [
      'a unit that Elastic has no word for',
      'about: x\nfields:\n  - {from: A, type: long, unit: hours, about: y.}\n',
      ':3: unknown value "hours"; did you mean "hour"?',
    ],
    [
      'a field that ECS does not have',
      `${good}  - {from: ObjectName, to: file.nmae}\n`,
      ':5: ECS has no field "file.nmae"; did you mean "file.name"?',
    ],
    [
      'a converter that does not exist',
      `${good}  - {from: ObjectName, to: user, as: usr}\n`,
      ':5: unknown converter "usr"; did you mean "user"?',
    ],
    [
      'options for a converter that takes none',
      `${good}  - {from: ObjectName, to: user, as: {user: x}}\n`,
      ':5: "user" takes no options',
    ],
    [
      'no options for a converter that takes some',
      `${good}  - {from: ObjectName, to: email.to.address, as: split}\n`,
      ':5: "split" takes a text',
    ],
    [
      'a property that nobody defines',
      `${good}  - {from: ObjektName, to: group.name}\n`,
      ':5: no file defines the property "ObjektName"; did you mean "ObjectName"?',
    ],
    [
      'a property with two types',
      `${good}  - {from: ObjectName, type: long, about: y.}\n`,
      ':5: ObjectName is a keyword in a.yml',
    ],
    [
      'a property below a value',
      `${good}  - {from: ObjectName.Inner, type: long, about: y.}\n`,
      ':5: "ObjectName" is a keyword and holds no properties',
    ],
    ['a file that is not there to extend', `${good}extends: sharepiont\n`, ':5: no file "sharepiont.yml"'],
    [
      'another name for a record type',
      'about: x\nrecord_types: {2: ExchangeItems}\n',
      ':2: record type 2 is called "ExchangeItem" by Microsoft, not "ExchangeItems"',
    ],
    ['a brace without its end', `${good}message: '{file.name'\n`, ':5: '],
    [
      'a message with a hole',
      `${good}message: '{file.name} <was> read'\n`,
      ':5: {file.name} can be missing: give it a text to end with, or put it in brackets',
    ],
    [
      'a message that names no field',
      `${good}message: '<x>[ {file.nmae}]'\n`,
      ':5: ECS has no field "file.nmae"',
    ],
    [
      'a field within a list of objects',
      `${good}  - {from: ObjectName, to: email.attachments.file.name}\n`,
      ':5: "email.attachments" is a list of objects: write to it, with "each" for what is in them',
    ],
    [
      'objects for a field that holds none',
      `${good}  - {from: ObjectName, to: file.name, each: [{from: X, to: y}]}\n`,
      ':5: "file.name" is no list of objects',
    ],
    [
      'a field that the objects of a list do not have',
      `${good}  - {from: A, type: object, about: x., to: email.attachments, each: [{from: B, to: file.nmae}]}\n  - {from: A.B, type: keyword, about: x.}\n`,
      ':5: ECS has no field "email.attachments.file.nmae"; did you mean "email.attachments.file.name"?',
    ],
    [
      'objects of a list filled by a converter that gives one value',
      `${good}  - {from: A, type: object, about: x., to: user.target, each: [{from: B, as: keyword}]}\n  - {from: A.B, type: keyword, about: x.}\n`,
      ':5: "keyword" gives one value: say with "to" where it goes',
    ],
    [
      'a case on a property that nobody defines',
      `${good}cases:\n  - {when: {ObjektName: x}, event: {type: [denied]}}\n`,
      ':6: no file defines the property "ObjektName"; did you mean "ObjectName"?',
    ],
    [
      'a case that adds a type which ECS does not have',
      `${good}cases:\n  - {outcome: failure, event: {type: [denid]}}\n`,
      ':6: unknown value "denid"; did you mean "denied"?',
    ],
    [
      'a sentence without its verb',
      `${good}message: '{file.name|''It''} was read'\n`,
      ':5: no verb is marked: write <did|tried>, or <is> for what holds whatever the outcome',
    ],
    [
      'a sentence without its verb, in a case of any outcome',
      `${good}cases:\n  - {when: {ObjectName: x}, message: 'It was read'}\n`,
      ':6: no verb is marked',
    ],
    ['a verb of three forms', `${good}message: 'It <was|is|be> read'\n`, ':5: <was|is|be> is no verb'],
    [
      'a text with half a condition',
      `${good}message: "It <is>[ {'read' if ObjectName}]"\n`,
      ':5: "ObjectName" is no condition: write Property=value',
    ],
    [
      'a text on the condition of a property that nobody defines',
      `${good}message: "It <is>[ {'read' if ObjektName=x}]"\n`,
      ':5: no file defines the property "ObjektName"; did you mean "ObjectName"?',
    ],
    [
      'a step that is both a sign and a status',
      `${good}outcome: {steps: [{from: ObjectName, status: ObjectName}]}\n`,
      ':5: a step has either "from" or "status"',
    ],
    [
      'an outcome that does not exist',
      `${good}outcome: {steps: [{status: ObjectName, values: {sucess: x}}]}\n`,
      ':5: "sucess" is no outcome',
    ],
    ['a case without a condition', `${good}cases:\n  - {event: {type: [denied]}}\n`, ':6: '],
    [
      'a type without a sentence about it',
      `${good}  - {from: A, type: keyword}\n`,
      ':5: "type" needs "about" beside it',
    ],
    [
      'a converter without a field',
      `${good}  - {from: ObjectName, type: keyword, about: x., as: user}\n`,
      ':5: "as" needs "to"',
    ],
    ['a line that says nothing', `${good}  - {from: ObjectName}\n`, ':5: "type" or "to" is missing'],
    [
      'two converters',
      `${good}  - {from: ObjectName, to: user, as: {split: x, before: y}}\n`,
      ':5: as must have one key, not split and before',
    ],
    [
      'a converter beside the objects of a list',
      `${good}  - {from: A, type: object, about: x., to: user.target, as: user, each: [{from: B, to: name}]}\n  - {from: A.B, type: keyword, about: x.}\n`,
      ':5: "each" stands in place of "as": leave one of them out',
    ],
    [
      'an object of ECS in place of a field',
      `${good}  - {from: ObjectName, to: user}\n`,
      ':5: "user" holds fields: write to one of them, or say with "as" which converter fills several',
    ],
    [
      'a field in place of the object that a converter fills',
      `${good}  - {from: ObjectName, to: user.name, as: user}\n`,
      ':5: ECS has no field "user.name.id", which is what the converter fills; did you mean "user"?',
    ],
    [
      'a property that stands in two lines',
      `${good}  - {from: ObjectName, type: keyword, about: again.}\n`,
      ':5: ObjectName is defined in a.yml already: leave out "type" and "about" here',
    ],
    [
      'a record type without its number',
      'about: x\nrecord_types: {Exchange: ExchangeAdmin}\n',
      ':2: "Exchange" is no number',
    ],
    ['a file that no record type is read by', 'about: x\n', ':1: no record type is read by this file'],
    [
      'a workload of another file',
      `${good}workload: {2: X}\n`,
      ":5: record type 2 is not one of this file's",
    ],
    ['the end of a file in its name', `${good}extends: a.yml\n`, ':5: no file "a.yml"; did you mean "a"?'],
    [
      'what only the common file can say',
      `${good}statuses: {success: [x]}\n`,
      ':5: unknown key "statuses"; one of about, record_types,',
    ],
    [
      'an entry that says nothing of its operations',
      `${good}operations:\n  - {for: [New]}\n`,
      ':6: entry 1 of operations says too little; its keys: for, event,',
    ],
    [
      'a star within the name of an operation',
      `${good}operations:\n  - {for: ['Ne*w'], event: {type: [start]}}\n`,
      ':6: "Ne*w": a * stands at the end of a beginning, and nowhere else',
    ],
    [
      'an outcome that is far from any',
      `${good}outcome: {otherwise: maybe}\n`,
      ':5: unknown value "maybe"; one of success, failure, unknown',
    ],
    [
      'a sign that means nothing',
      `${good}outcome: {steps: [{from: ObjectName}]}\n`,
      ':5: a step with "from" says what a value stands for: write "present" or "values" beside it',
    ],
    [
      'a text without its second quote',
      `${good}message: "It <is> {'a}"\n`,
      ":5: {'a}: a text begins and ends with a quote",
    ],
    ['one key twice', `${good}about: y\n`, ':5: Map keys must be unique'],
    [
      'a colon in a text',
      'about: x: y\n',
      ':1: Nested mappings are not allowed in compact mappings: a text that holds ": " stands in quotes',
    ],
    ['broken YAML', 'about: [x\n', ':'],
  ])('%s', (_, text, expected) => {
    const problems = problemsOf({ 'a.yml': text });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toContain(`a.yml${expected}`);
  });

  test('all of them, of all files, at once', () => {
    const problems = problemsOf({ 'a.yml': 'about: x\nfeilds: []\n', 'b.yml': 'abuot: x\n' });
    expect(problems).toEqual(
      expect.arrayContaining([expect.stringContaining('a.yml:2'), expect.stringContaining('b.yml:1')]),
    );
  });

  test('in the common file and in the tables beside the files as well', () => {
    expect(problemsOf({ 'a.yml': good, 'common.yml': 'about: x\noperations: []\n' })).toEqual([
      expect.stringContaining('common.yml:2: unknown key "operations"'),
    ]);
    writeFiles({ 'common.yml': 'about: x\n' });
    writeFileSync(join(folder, 'record-type-names.yml'), '1: ExchangeAdmin\nx: Exchange\n');
    writeFileSync(join(folder, 'record-type-workloads.yml'), 'Exchange: 1\n');
    expect(() => readDataset(folder)).toThrow(
      /record-type-names\.yml:2: "x" is no number\n.*record-type-workloads\.yml:1: Exchange must be array/,
    );
  });

  test('and none where there is none', () => {
    expect(problemsOf({ 'a.yml': good })).toEqual([]);
  });

  test('two files that claim one record type', () => {
    expect(problemsOf({ 'a.yml': good, 'b.yml': 'about: x\nrecord_types: {1: ExchangeAdmin}\n' })).toEqual([
      'b.yml:2: record type 1 is in a.yml already',
    ]);
  });
});

test('a new record type is one file and one sample, and is found in mapper, pipelines, fields, docs and templates', () => {
  cpSync(audit, folder, { recursive: true });
  writeFileSync(
    join(folder, 'record-types', 'teleporter.yml'),
    `about: Journeys by teleporter.
workload: Teleporter
record_types: {9999: TeleporterJourney}
event: {category: [session], type: [start]}
outcome: {otherwise: success}
message: '{user.name|''Someone''} <went|tried to go> to {TeleporterStation|''a station''}'
fields:
  - {from: TeleporterStation, type: keyword, about: Where to., example: Ganymede, to: destination.domain}
`,
  );
  const definitions = readDataset(folder);
  const sample = join(folder, 'journey.json');
  writeFileSync(sample, '{"Id":"1","RecordType":9999,"UserId":"ann@example.org","TeleporterStation":"Io"}');
  const mapper = compileMapper(definitions);
  expect(
    mapper.map(mapper.read(readFileSync(sample, 'utf8')), {
      tenantId: 't',
      fetchedAt: '2026-01-01T00:00:00Z',
    }),
  ).toMatchObject({
    event: { code: 'TeleporterJourney', category: ['web', 'session'], type: ['start'], outcome: 'success' },
    destination: { domain: 'Io' },
    message: 'ann went to Io',
    o365: { audit: { TeleporterStation: 'Io' } },
  });
  expect(buildRawPipelines(definitions).map(({ name }) => name)).toContain(
    'logs-o365.audit@m365-raw-teleporter',
  );
  expect(listDocumentFields(definitions)).toContainEqual(
    expect.objectContaining({
      name: 'o365.audit.TeleporterStation',
      type: 'keyword',
      about: 'Where to.',
      example: 'Ganymede',
    }),
  );
  expect(JSON.stringify(templatesOf(definitions))).toContain('"TeleporterStation":{"type":"keyword"');
  expect(writeFields(definitions, listDocumentFields(definitions))).toContain(
    '| `o365.audit.TeleporterStation` | keyword | Where to. | `Ganymede` |',
  );
  const reference = writeRecordTypes(definitions, 'pipelines/audit');
  expect(reference).toContain('| 9999 | TeleporterJourney | Teleporter | [teleporter](#teleporter) |');
  expect(reference).toContain('| `TeleporterStation` | `destination.domain` | keyword |');
});

test('the files of this project are in order', () => {
  expect(() => readDefinitions(mainDataset)).not.toThrow();
  expect(readFileSync(join(audit, 'record-type-names.yml'), 'utf8').match(/^\d+: /gm)).toHaveLength(474);
});
