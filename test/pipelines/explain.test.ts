import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mainDataset } from '../../pipelines/datasets.ts';
import { compileExplainer, type Explainer } from '../../pipelines/explain/explain.ts';
import type { ExplainedField, RecordExplanation } from '../../pipelines/explain/explanation.ts';
import { writeLine } from '../../pipelines/explain/words.ts';
import { isObject, type Json } from '../../pipelines/json/json.ts';
import { readDataset, readDefinitions } from '../../pipelines/language/index.ts';
import { compileMapper, type MapContext } from '../../pipelines/mapper.ts';
import { listSamples, readPublicRecords, sampleContext } from './samples.ts';

const definitions = readDefinitions(mainDataset, undefined, { keepLines: true });
const explainer = compileExplainer(definitions);
const mapper = compileMapper(definitions);

const explain = (text: string, context = sampleContext) => explainer.explain(explainer.read(text), context);

/** Fields of a document by their dotted names, in an order of their own. */
function listFields(value: Json, name: string): string[] {
  const members = isObject(value) ? Object.entries(value) : [];
  if (members.length === 0) return [`${name} = ${JSON.stringify(value)}`];
  return members.flatMap(([key, inner]) => listFields(inner, name === '' ? key : `${name}.${key}`));
}

const written = (fields: readonly ExplainedField[]) =>
  fields.map(({ name, value }) => `${name} = ${JSON.stringify(value)}`).sort();

const mapped = (text: string, context: MapContext) =>
  listFields(mapper.map(mapper.read(text), context), '').sort();

const full: MapContext = {
  ...sampleContext,
  tenantName: 'contoso.onmicrosoft.com',
  tags: ['one'],
  preserveOriginal: true,
  namespace: 'prod',
};

describe('the fields of an explanation are those of the document, with its values', () => {
  test.each(listSamples().map(({ name, text }) => [name, text] as const))('of %s', (_, text) => {
    const { fields } = explain(text);
    expect(written(fields)).toEqual(mapped(text, sampleContext));
    expect(fields.filter(({ sources }) => sources.length === 0)).toEqual([]);
    expect(written(explain(text, full).fields)).toEqual(mapped(text, full));
  });

  const records = readPublicRecords();
  (records.length === 0 ? test.skip : test)('of the public records', () => {
    for (const text of records) expect(written(explain(text).fields)).toEqual(mapped(text, sampleContext));
  });

  test.each([
    'no JSON',
    '[1]',
    '{}',
    '{"Id":"1"}',
    '{"CreationTime":"soon","RecordType":"Nobody","Operation":7}',
    '{"CreationTime":"2026-01-01T00:00:00","RecordType":99999,"New":{"Thing":[1]},"UserId":{"a":1},"ObjectId":""}',
  ])('of %s', (text) => {
    expect(written(explain(text).fields)).toEqual(mapped(text, sampleContext));
  });
});

const dataset = `dataset: o365.audit
module: o365
title: Journeys
vendor: Nobody
head: {id: Id, time: CreationTime, kind: RecordType, action: Operation}
selector: number
`;

const common = `about: Everything.
event: {category: [web]}
outcome: {otherwise: unknown}
message: "{user.name|'Someone'} <acted|tried>"
statuses: {success: [done]}
fields:
  - {from: Id, type: keyword, to: event.id, about: The record.}
  - {from: UserId, type: keyword, to: user, as: user, about: Who.}
  - {from: Guide, type: keyword, to: user, as: user, about: Who else.}
  - {from: [CreationTime, RecordType, Operation], type: keyword, about: The head.}
related:
  related.user: {people: true, from: [user.name]}
`;

const base = `about: Base.
outcome:
  steps:
    - {from: Sign, values: {failure: stop}}
    - {status: State}
fields:
  - {from: [Sign, State], type: keyword, about: How it went.}
  - {from: Mood, type: keyword, about: How it was.}
  - {from: Bag, type: pairs, about: A bag.}
  - {from: Bag.Weight, type: long, about: Its weight.}
  - {from: [Camp, Host], type: keyword, to: host.name, about: Where.}
`;

const journey = `about: Journeys.
record_types: {9999: Journey}
extends: base
event: {category: [network]}
cases:
  - when: {Mood: bad}
    event: {kind: alert, type: [denied]}
  - {when: {Mood: good}, event: {type: [allowed]}, message: '<done>'}
  - {outcome: failure, event: {type: [error]}}
fields:
  - {from: Train, type: keyword, to: host.name, when: {Mood: good}, about: The train.}
  - {from: Length, type: keyword, to: event.duration, as: long, about: How long.}
  - {from: Stops, type: object, about: The stops.}
  - {from: [Stops.Name, Stops.Hash], type: keyword, about: Of a stop.}
  - from: Stops
    to: email.attachments
    each:
      - {from: Name, to: file.name}
      - {from: Hash, to: file.hash.sha256, as: lowercase}
  - {from: Guide, to: related.user, as: email_addresses}
  - {from: Rank, type: keyword, to: user.roles, about: Of whom.}
operations:
  - {for: [Went], event: {type: [start]}, fields: [{from: UserId, to: related.user, as: email_addresses}]}
`;

describe('it says where each field comes from', () => {
  let folder: string;
  let journeys: Explainer;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'm365-explain-'));
    mkdirSync(join(folder, 'record-types'));
    writeFileSync(join(folder, 'dataset.yml'), dataset);
    writeFileSync(join(folder, 'record-type-names.yml'), '9999: Journey\n');
    writeFileSync(join(folder, 'record-type-workloads.yml'), '{}');
    for (const [name, text] of Object.entries({ common, base, journey }))
      writeFileSync(join(folder, 'record-types', `${name}.yml`), text);
    journeys = compileExplainer(readDataset(folder, { keepLines: true }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const record = {
    CreationTime: '2026-01-01T00:00:00',
    RecordType: 9999,
    Operation: 'Went',
    Id: '1',
    UserId: 'ann@example.org',
    Mood: 'good',
    Sign: 'go',
    State: 'done',
    Camp: 'north',
  };

  const explainJourney = (more: object = {}): RecordExplanation =>
    journeys.explain(journeys.read(JSON.stringify({ ...record, ...more })), sampleContext);

  /** Who wrote a field, as `file:line`, or who did else. */
  const sourcesOf = ({ fields }: RecordExplanation, wanted: string) =>
    fields
      .filter(({ name }) => name === wanted)
      .flatMap(({ sources }) => sources.map(({ by, writtenAt }) => (writtenAt ? writeLine(writtenAt) : by)));

  /** Why the rule, case or step of a line did not fire. */
  const whyNot = ({ idle }: RecordExplanation, line: string) =>
    idle
      .filter(({ writtenAt }) => writtenAt !== undefined && writeLine(writtenAt) === line)
      .map(({ to, reason, detail, saw }) => ({ to, reason, detail, saw }));

  test('a rule: file and line, what it read, its converter and its options', () => {
    const explanation = explainJourney();
    expect(explanation.layers.map(writeLine)).toEqual(['journey.yml:23', 'journey.yml:1', 'common.yml:1']);
    expect(explanation.fields.find(({ name }) => name === 'user.name')).toEqual({
      name: 'user.name',
      value: 'ann',
      sources: [
        {
          by: 'rule',
          writtenAt: { file: 'common.yml', line: 8 },
          reads: [{ path: 'UserId', value: 'ann@example.org' }],
          converter: 'user',
        },
      ],
    });
    expect(sourcesOf(explanation, 'host.name')).toEqual(['base.yml:11']);
    expect(sourcesOf(explanation, 'related.user')).toEqual(['journey.yml:23', 'common.yml:12']);
  });

  test('every rule that adds to a list', () => {
    const explanation = explainJourney({ Guide: 'bob@example.org' });
    expect(sourcesOf(explanation, 'related.user')).toEqual([
      'journey.yml:23',
      'journey.yml:20',
      'common.yml:12',
    ]);
  });

  test('the rules inside of an each', () => {
    const { fields } = explainJourney({ Stops: [{ Name: 'a', Hash: 'F0' }] });
    const attachments = fields.find(({ name }) => name === 'email.attachments');
    expect(attachments).toMatchObject({
      value: [{ file: { name: 'a', hash: { sha256: 'f0' } } }],
      sources: [
        {
          writtenAt: { file: 'journey.yml', line: 15 },
          converter: 'each',
          each: [
            { writtenAt: { line: 18 }, from: ['Name'], to: 'file.name', converter: 'keyword' },
            { writtenAt: { line: 19 }, from: ['Hash'], to: 'file.hash.sha256', converter: 'lowercase' },
          ],
        },
      ],
    });
  });

  test('what kind of event it is: each layer and case that says so, and the default of the engine', () => {
    const good = explainJourney();
    expect(sourcesOf(good, 'event.category')).toEqual(['common.yml:2', 'journey.yml:4']);
    expect(sourcesOf(good, 'event.type')).toEqual(['journey.yml:8', 'journey.yml:23']);
    expect(sourcesOf(good, 'event.kind')).toEqual(['engine']);
    expect(sourcesOf(good, 'message')).toEqual(['journey.yml:8']);
    const bad = explainJourney({ Mood: 'bad' });
    expect(sourcesOf(bad, 'event.kind')).toEqual(['journey.yml:6']);
    expect(sourcesOf(bad, 'message')).toEqual(['common.yml:4']);
  });

  test('the step that decided the outcome, or what is taken for granted', () => {
    expect(sourcesOf(explainJourney(), 'event.outcome')).toEqual(['base.yml:5']);
    expect(sourcesOf(explainJourney({ Sign: 'stop' }), 'event.outcome')).toEqual(['base.yml:4']);
    expect(sourcesOf(explainJourney({ Sign: 'stop' }), 'event.type')).toContain('journey.yml:9');
    const { State, ...silent } = record;
    const explanation = journeys.explain(journeys.read(JSON.stringify(silent)), sampleContext);
    expect(sourcesOf(explanation, 'event.outcome')).toEqual(['common.yml:3']);
    expect(whyNot(explanation, 'base.yml:4')).toMatchObject([
      { reason: 'unanswered', saw: [{ path: 'Sign', value: 'go' }] },
    ]);
    expect(whyNot(explanation, 'base.yml:5')).toMatchObject([{ reason: 'absent' }]);
  });

  test('the definition of a property, and what the engine sets', () => {
    const explanation = explainJourney({ Bag: [{ Name: 'Weight', Value: '7' }] });
    expect(sourcesOf(explanation, 'o365.audit.Bag.Weight')).toEqual(['base.yml:10']);
    for (const name of ['@timestamp', 'event.code', 'event.created', 'event.dataset', 'data_stream.type'])
      expect(sourcesOf(explanation, name)).toEqual(['engine']);
    expect(explanation.documentId).toBe(`${sampleContext.tenantId}:1`);
  });

  test.each<[string, object, string, object]>([
    ['its property is absent', {}, 'journey.yml:11', { to: ['host.name'], reason: 'absent' }],
    [
      'its property is absent, whatever its condition',
      { Mood: 'bad' },
      'journey.yml:11',
      { reason: 'absent' },
    ],
    [
      'its property has no value',
      { Train: '' },
      'journey.yml:11',
      { reason: 'empty', detail: 'Train is empty' },
    ],
    [
      'its property has another type than its definition says',
      { Train: { a: 1 } },
      'journey.yml:11',
      { reason: 'misfit', detail: 'Train: object in place of keyword' },
    ],
    [
      'its condition does not hold',
      { Train: 'x', Mood: 'bad' },
      'journey.yml:11',
      { reason: 'condition', detail: 'only when Mood is good', saw: [{ path: 'Mood', value: 'bad' }] },
    ],
    [
      'its converter makes nothing of the value',
      { Length: 'long' },
      'journey.yml:12',
      { reason: 'refused', saw: [{ path: 'Length', value: 'long' }] },
    ],
    [
      'a nearer rule filled the field',
      { Train: 'x' },
      'base.yml:11',
      { reason: 'filled', detail: 'filled by journey.yml:11 before' },
    ],
    [
      'a rule before it filled the fields that its converter fills',
      { Guide: 'bob@example.org', Rank: 'chief' },
      'common.yml:9',
      { to: ['user'], reason: 'filled', detail: 'filled by common.yml:8 before' },
    ],
    [
      'the conditions of its case do not hold',
      {},
      'journey.yml:6',
      { to: ['event.kind', 'event.type'], reason: 'condition', saw: [{ path: 'Mood', value: 'good' }] },
    ],
    [
      'the outcome of its case is another',
      {},
      'journey.yml:9',
      { reason: 'condition', saw: [{ path: 'event.outcome', value: 'success' }] },
    ],
  ])('a rule that did not fire: %s', (_, more, line, why) => {
    expect(whyNot(explainJourney(more), line)).toEqual([expect.objectContaining(why)]);
  });

  test('what of the record has no field, and where it is kept', () => {
    const { unmapped } = explainJourney({ New: 1, Train: { a: 1 }, Host: null, Bag: 'text' });
    expect(unmapped).toEqual([
      {
        path: 'Train',
        reason: 'misfit',
        detail: 'object in place of keyword',
        keptIn: ['o365.audit.other.Train'],
      },
      {
        path: 'New',
        reason: 'undefined',
        detail: 'no definition',
        keptIn: ['o365.audit.New', 'o365.audit.other.New'],
      },
      { path: 'Bag', reason: 'text', detail: 'text in place of pairs', keptIn: ['o365.audit.BagText'] },
      { path: 'Host', reason: 'empty', detail: 'no value', keptIn: [] },
    ]);
  });

  test('definitions that are read for the mapper say nothing of their lines', () => {
    expect(JSON.stringify(readDataset(folder))).not.toMatch(/writtenAt/i);
  });
});
