import { describe, expect, test } from '@jest/globals';
import { entraSampleNames, readEntraSample } from './entra-samples.ts';
import { fieldsOfRule, missingRules, readFieldUses, readLiveRules, readRulesElsewhere } from './rules.ts';
import { readSample, sampleNames } from './samples.ts';

const mandatory = [
  'CreationTime',
  'Id',
  'Operation',
  'OrganizationId',
  'RecordType',
  'UserId',
  'UserKey',
  'UserType',
  'Version',
  'Workload',
];

describe('every sample', () => {
  test.each(sampleNames())('%s is of whole records, some to match and some not', (name) => {
    const sample = readSample(name);
    const records = [...(sample?.match ?? []), ...(sample?.nearMiss ?? [])];
    expect(sample?.match.length).toBeGreaterThan(0);
    expect(sample?.nearMiss.length).toBeGreaterThan(0);
    for (const record of records) expect(Object.keys(record)).toEqual(expect.arrayContaining(mandatory));
    expect(new Set(records.map(({ Id }) => Id)).size).toBe(records.length);
  });

  test('has Ids of its own', () => {
    const ids = sampleNames().flatMap((name) => {
      const { match, nearMiss } = readSample(name) ?? { match: [], nearMiss: [] };
      return [...match, ...nearMiss].map(({ Id }) => Id);
    });
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('every record of the samples for Entra is a sample event with changes of its own', () => {
  for (const name of entraSampleNames()) {
    const { about, match, nearMiss } = readEntraSample(name, '2026-01-01T00:00:00Z');
    const texts = [...match, ...nearMiss].map(({ record }) => JSON.stringify(record));
    expect([about !== '', match.length > 0, nearMiss.length > 0]).toEqual([true, true, true]);
    expect(new Set(texts).size).toBe(texts.length);
  }
});

if (missingRules !== undefined) {
  test.skip(`rules have samples (${missingRules})`, () => {});
} else {
  describe('the rules', () => {
    const rules = [...readLiveRules(), ...readRulesElsewhere()];

    test('are 42 live ones and 16 of other packages', () => {
      expect(readLiveRules()).toHaveLength(42);
      expect(readRulesElsewhere()).toHaveLength(16);
    });

    test('have a sample each, those aside that read no data of ours', () => {
      const without = rules.filter(({ stem }) => readSample(stem) === undefined).map(({ name }) => name);
      expect(without).toEqual([
        'Microsoft Defender XDR Alert External Alerts',
        'Microsoft Defender XDR Incident External Alerts',
      ]);
      expect(sampleNames().filter((name) => !rules.some(({ stem }) => stem === name))).toEqual([]);
    });

    test.each(rules.map((rule) => [rule.name, rule] as const))('%s is read to its end', (_, rule) => {
      expect(Object.keys(readFieldUses())).toEqual(expect.arrayContaining(fieldsOfRule(rule)));
    });
  });
}
