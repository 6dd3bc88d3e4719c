import { describe, expect, test } from '@jest/globals';
import { compileExclusions, type Exclusions } from '../../pipelines/exclusions.ts';
import { loadDefinitions, loadReader } from '../../pipelines/index.ts';

const reader = loadReader();
const { dataset } = loadDefinitions();
const none: Exclusions = { recordTypes: [], operations: [], userTypes: [] };

const excludes = (exclusions: Partial<Exclusions>, record: unknown) => {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  return compileExclusions(dataset, { ...none, ...exclusions })?.(reader.parse(text));
};

describe('a record is left out by', () => {
  test.each([
    [{ recordTypes: [2] }, { RecordType: 2 }, true],
    [{ recordTypes: [2] }, { RecordType: '2' }, true],
    [{ recordTypes: [2] }, { RecordType: 'ExchangeItem' }, true],
    [{ recordTypes: [2] }, { RecordType: 20 }, false],
    [{ recordTypes: [2] }, {}, false],
    [{ recordTypes: [70_000] }, { RecordType: 70_000 }, true],
    [{ operations: ['FileAccessed'] }, { Operation: 'FileAccessed' }, true],
    [{ operations: ['fileaccessed'] }, { Operation: 'FileAccessed ' }, true],
    [{ operations: ['FileAccessed'] }, { Operation: 'FileAccessedExtended' }, false],
    [{ operations: ['FileAccessed*'] }, { Operation: 'FileAccessedExtended' }, true],
    [{ operations: ['*Rule*s'] }, { Operation: 'Set-InboxRules' }, true],
    [{ operations: ['*Rule*s'] }, { Operation: 'Set-InboxRule' }, false],
    [{ operations: ['ab*ba'] }, { Operation: 'aba' }, false],
    [{ operations: ['a*b*bc'] }, { Operation: 'abc' }, false],
    [{ operations: ['a*b*bc'] }, { Operation: 'abxbc' }, true],
    [{ operations: ['a.c'] }, { Operation: 'abc' }, false],
    [{ operations: ['x*'] }, { Operation: 7 }, false],
    [{ userTypes: ['4', 'System'] }, { UserType: 4 }, true],
    [{ userTypes: ['4', 'System'] }, { UserType: '4' }, true],
    [{ userTypes: ['4', 'System'] }, { UserType: 'system' }, true],
    [{ userTypes: ['4', 'System'] }, { UserType: 40 }, false],
    [{ userTypes: ['4', 'System'] }, { UserType: 0, Actor: { UserType: 4 } }, false],
    [{ userTypes: ['4', 'System'] }, { UserType: 0, Note: '"UserType": 4' }, false],
    [{ userTypes: ['4', 'System'] }, '{"UserType" :\n 4}', true],
    [{ recordTypes: [1], operations: ['y'] }, { RecordType: 2, Operation: 'y' }, true],
    [{ userTypes: ['4'] }, '{"UserType":4', false],
    [{ operations: ['*a*'] }, '"a"', false],
  ])('%j: %j is %s', (exclusions, record, excluded) => {
    expect(excludes(exclusions, record)).toBe(excluded);
  });

  test('nothing where nothing is named', () => {
    expect(compileExclusions(dataset, none)).toBeUndefined();
  });
});
