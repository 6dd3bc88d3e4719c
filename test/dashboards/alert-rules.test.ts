import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFieldLookup, generateAlertRules } from '../../dashboards/index.ts';
import { loadDefinitions } from '../../pipelines/index.ts';

const fields = createFieldLookup(loadDefinitions());

test('there is a rule for a gap, a loss, lag, a quiet type, a failure, an ending credential and silence', () => {
  const rules = generateAlertRules(fields);
  expect(rules.map(({ id }) => id)).toEqual([
    'm365-gap',
    'm365-lost',
    'm365-lag',
    'm365-quiet',
    'm365-failed',
    'm365-credential',
    'm365-silent',
  ]);
  for (const { body } of rules)
    expect(body).toMatchObject({ actions: [], enabled: false, rule_type_id: '.es-query' });
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
