// What the words of the language mean, on a file of its own.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isObject, type Json } from '../../pipelines/json/json.ts';
import { readDataset } from '../../pipelines/language/index.ts';
import { compileMapper, type EcsDocument } from '../../pipelines/mapper.ts';
import { sampleContext } from './samples.ts';

const common = join(import.meta.dirname, '../../pipelines/audit/record-types/common.yml');
const dataset = join(import.meta.dirname, '../../pipelines/audit/dataset.yml');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'm365-language-'));
  mkdirSync(join(folder, 'record-types'));
  writeFileSync(join(folder, 'record-type-names.yml'), '9999: Journey\n');
  writeFileSync(join(folder, 'record-type-workloads.yml'), '{}');
  cpSync(dataset, join(folder, 'dataset.yml'));
  cpSync(common, join(folder, 'record-types/common.yml'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Maps records of a file that says this; `base` is what a file says that it may extend. */
function compile(yaml: string, base?: string): (record: object) => EcsDocument {
  if (base !== undefined) writeFileSync(join(folder, 'record-types/base.yml'), `about: Travel.\n${base}`);
  const text = `about: Journeys.\nrecord_types: {9999: Journey}\n${yaml}`;
  writeFileSync(join(folder, 'record-types/journey.yml'), text);
  const mapper = compileMapper(readDataset(folder));
  return (record) => mapper.map(mapper.read(JSON.stringify({ RecordType: 9999, ...record })), sampleContext);
}

function eventOf({ event }: EcsDocument): Record<string, Json> {
  return isObject(event) ? event : {};
}

const stops = `fields:
  - {from: Stops, type: object, about: Where it stopped.}
  - {from: [Stops.Name, Stops.State], type: keyword, about: A stop.}
`;

describe('a sentence', () => {
  test('has the form of its verb that the outcome asks for, and ends with it', () => {
    const map = compile("message: 'Ann <went|tried to go> there'\n");
    const messages = ['Succeeded', 'Failed', 'Pending'].map(
      (status) => map({ ResultStatus: status }).message,
    );
    expect(messages).toEqual([
      'Ann went there',
      'Ann tried to go there (failed)',
      'Ann tried to go there (outcome unknown)',
    ]);
  });

  test('that is true anyway stays as it is', () => {
    const map = compile("message: 'Ann <was> there'\n");
    expect(map({ ResultStatus: 'Failed' }).message).toBe('Ann was there');
  });

  test('of one outcome needs no other form', () => {
    const map = compile("message: '<x>'\ncases:\n  - {outcome: failure, message: 'Ann was kept from it'}\n");
    expect(map({ ResultStatus: 'Denied' }).message).toBe('Ann was kept from it');
  });

  test('holds a text where its condition does', () => {
    const map = compile(
      "message: \"It <is>[, {'small' if Scope=0,1|'unseen' if valueless=ExtendedProperties.Size}]\"\n",
    );
    expect(map({ ResultStatus: 'True', Scope: 1 }).message).toBe('It is, small');
    expect(map({ Scope: 2 }).message).toBe('It is');
    expect(map({ ExtendedProperties: [{ Name: 'Size', Value: '' }] }).message).toBe('It is, unseen');
  });
});

describe('a path takes the items of a list', () => {
  const map = () =>
    compile(
      `message: '<at>[ {Stops[State=done].Name}][, missed {Stops[State!=done].Name}][, perhaps {Stops[State=].Name}]'\n${stops}`,
    );

  test('by a value in any case, by another, and by none', () => {
    const Stops = [
      { Name: 'Io', State: 'DONE' },
      { Name: 'Europa', State: 'shut' },
      { Name: 'Callisto' },
      { Name: 'Thebe', State: '' },
    ];
    expect(map()({ Stops }).message).toBe('at Io, missed Europa, perhaps Callisto, Thebe');
  });

  test('of which there may be but one', () => {
    expect(map()({ Stops: { Name: 'Io', State: 'Shut' } }).message).toBe('at, missed Io');
  });
});

test('a name with dots stands in parentheses', () => {
  const map = compile(`message: '<to>[ {Bag.(end.of.journey)}]'
fields:
  - {from: Bag, type: pairs, about: A bag.}
  - {from: Bag.(end.of.journey), type: keyword, about: Its end., to: destination.domain}
`);
  const document = map({ Bag: [{ Name: 'end.of.journey', Value: 'Io' }] });
  expect(document).toMatchObject({ message: 'to Io', destination: { domain: 'Io' } });
  expect(document).not.toHaveProperty('o365.audit.other');
});

test('a condition can ask for anything but a value, and for none at all', () => {
  const map = compile(`cases:
  - {when: {Scope: {not: [1, 2]}}, event: {category: [host], type: [access]}}
  - {when: {Scope: {not: '*'}}, event: {category: [host], type: [end]}}
`);
  expect([1, 3, undefined].map((Scope) => eventOf(map({ Scope })).type)).toEqual([
    ['info'],
    ['access'],
    ['access', 'end'],
  ]);
});

test('a field that collects holds what every rule gives it', () => {
  const map = compile(`fields:
  - {from: Scope, to: event.reason, as: {lookup: {1: small}}, collects: true}
  - {from: Version, to: event.reason, as: {lookup: {1: new}}, collects: true}
`);
  expect(eventOf(map({ Scope: 1, Version: 1 })).reason).toEqual(['small', 'new']);
});

test('a status is a word of the common table or of the file, in whatever spelling; else unknown', () => {
  const map = compile(
    'outcome: {steps: [{status: Scope, values: {success: [well done]}}], otherwise: success}\n',
  );
  const outcomes = ['WellDone', 'well_done', 'time-out', 'Succeeded', 'who knows', '-1', undefined].map(
    (Scope) => eventOf(map({ Scope })).outcome,
  );
  expect(outcomes).toEqual(['success', 'success', 'failure', 'success', 'unknown', 'unknown', 'success']);
});

test('a condition holds for a value whatever the spaces around it', () => {
  const map = compile("message: '<no>'\ncases:\n  - {when: {Operation: Go home}, message: '<home>'}\n");
  expect(map({ Operation: 'Go home ' }).message).toBe('home');
});

test('an operation is found by its name without the spaces around it, and kept with them', () => {
  const map = compile('operations:\n  - {for: [Go home], event: {category: [host], type: [end]}}\n');
  expect(eventOf(map({ Operation: ' Go home ' }))).toMatchObject({ action: ' Go home ', type: ['end'] });
});

test('forty cases of one file are told apart', () => {
  const cases = Array.from(
    { length: 40 },
    (_, i) => `  - {when: {Scope: [${i}, all]}, message: '<case> ${i}'}\n`,
  );
  const map = compile(`message: '<no> case'\ncases:\n${cases.join('')}`);
  const messages = [0, 31, 32, 39, 40, 'all'].map((Scope) => map({ Scope }).message);
  expect(messages).toEqual(['case 0', 'case 31', 'case 32', 'case 39', 'no case', 'case 39']);
});

describe('layers add up', () => {
  test('categories of all layers; a file has its own in place of those of the file that it extends', () => {
    const base = 'event: {category: [network], type: [connection]}\n';
    const operation = 'operations:\n  - {for: [Go], event: {category: [host], type: [start]}}\n';
    const map = compile(`extends: base\nevent: {category: [session]}\n${operation}`, base);
    expect(eventOf(map({ Operation: 'Go' }))).toMatchObject({
      category: ['web', 'session', 'host'],
      type: ['connection', 'start'],
    });
  });

  test('a case is nearer than the plain message of its layer, also a case of the extended file', () => {
    const map = compile(
      "extends: base\nmessage: '<plain>'\n",
      "message: '<base>'\ncases:\n  - {when: {Scope: 1}, message: '<case>'}\n",
    );
    expect([map({ Scope: 1 }).message, map({ Scope: 2 }).message]).toEqual(['case', 'plain']);
  });

  test('of cases that hold, the last one says the message, and that of the extending file is later', () => {
    const cases = (name: string) => `cases:\n  - {when: {Scope: '*'}, message: '<${name}>'}\n`;
    expect(compile(`extends: base\n${cases('own')}`, cases('base'))({ Scope: 1 }).message).toBe('own');
  });

  test('an operation that several entries name gets all of them, and the first written is the nearest', () => {
    const map = compile(
      `operations:
  - {for: [Go], event: {type: [start]}, message: '<first>'}
  - {for: [Go], event: {type: [change]}, message: '<second>'}
extends: base
`,
      "operations:\n  - {for: [Go], event: {type: [end]}, message: '<base>'}\n",
    );
    const document = map({ Operation: 'Go' });
    expect(document.message).toBe('first');
    expect(new Set([eventOf(document).type].flat())).toEqual(new Set(['start', 'change', 'end']));
  });

  test('a beginning counts only where no entry names the operation, and the longest alone', () => {
    const map = compile(`operations:
  - {for: [Go*], event: {type: [start]}}
  - {for: [Go home*], event: {type: [end]}}
  - {for: [Go out], event: {type: [change]}}
`);
    const types = ['Go', 'Go home now', 'Go out'].map((Operation) => eventOf(map({ Operation })).type);
    expect(types).toEqual([['start'], ['end'], ['change']]);
  });

  test('the steps of the nearest layer alone decide, then the nearest default wherever that is', () => {
    const map = compile(
      'extends: base\noutcome: {steps: [{from: Scope, values: {failure: 7}}]}\n',
      'outcome: {steps: [{from: Version, present: failure}], otherwise: success}\n',
    );
    const outcomes = [{ Scope: 7 }, { Version: 1 }, { ResultStatus: 'Failed' }].map(
      (record) => eventOf(map(record)).outcome,
    );
    expect(outcomes).toEqual(['failure', 'success', 'success']);
  });

  test('a field keeps what the nearest line gives it, and a list collects what all give', () => {
    const lines = (path: string) =>
      `fields:\n  - {from: ${path}, to: event.reason}\n  - {from: ${path}, to: related.user}\n`;
    const document = compile(`extends: base\n${lines('Scope')}`, lines('Version'))({ Scope: 1, Version: 2 });
    expect(eventOf(document).reason).toBe('1');
    expect(document).toMatchObject({ related: { user: ['1', '2'] } });
  });
});
