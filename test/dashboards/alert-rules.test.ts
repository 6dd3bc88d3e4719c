import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFieldLookup, generateAlertRules } from '../../dashboards/index.ts';

const fields = createFieldLookup();

test('there is a rule for each thing that can go wrong with the collection, and for silence', () => {
  const rules = generateAlertRules(fields);
  expect(rules.map(({ id }) => id)).toEqual([
    'm365-gap',
    'm365-lost',
    'm365-refused',
    'm365-lag',
    'm365-quiet',
    'm365-failed',
    'm365-credential',
    'm365-silent',
  ]);
});

// Kibana 9.2 and 9.3 refuse a saved object with an attribute that they do not know, and the package with it.
test('a template has no attribute that came after Kibana 9.2.1', () => {
  for (const { id, template } of generateAlertRules(fields)) {
    expect(template).toMatchObject({ id, type: 'alerting_rule_template', references: [], managed: true });
    expect(Object.keys(template.attributes).toSorted()).toEqual([
      'name',
      'params',
      'ruleTypeId',
      'schedule',
      'tags',
    ]);
  }
});

test('a rule looks back further than the time between two looks, so that no report is missed', () => {
  const minutes = new Map([
    ['m', 1],
    ['h', 60],
    ['d', 1440],
  ]);
  const length = (span: string) => Number.parseInt(span, 10) * (minutes.get(span.slice(-1)) ?? 0);
  for (const { every, over } of generateAlertRules(fields))
    expect(length(over)).toBeGreaterThan(length(every));
});

test('a rule that names an unknown field, or is no KQL, is refused with file and line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  const file = join(folder, 'rules.yml');
  const rule = `- id: m365-x
  name: X
  about: X.
  every: 5m
  over: 5m
`;
  const problemOf = (text: string) => {
    writeFileSync(file, rule + text);
    try {
      generateAlertRules(fields, file);
    } catch (error) {
      return error instanceof Error ? error.message.replace(/^.*\//, '') : '';
    }
    return '';
  };
  expect(problemOf("  where: 'm365.collection.gap.cuont > 0'\n")).toBe(
    'rules.yml:6: unknown field "m365.collection.gap.cuont"; did you mean "m365.collection.gap.count"?',
  );
  expect(problemOf("  where: 'gap >'\n")).toMatch(/^rules\.yml:6: this is no KQL/);
  expect(problemOf('  wehre: x\n')).toBe('rules.yml:6: unknown key "wehre"; did you mean "where"?');
  expect(problemOf('')).toBe('');
  rmSync(folder, { recursive: true });
});
