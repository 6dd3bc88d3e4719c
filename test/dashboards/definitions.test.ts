import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateSavedObjects, loadDashboards } from '../../dashboards/index.ts';
import { someFields } from './fields.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dashboards-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const head = `title: Test
about: A dashboard for a test.
order: 1
datasets: [o365.audit]
time: 24h
rows:
  - height: 5
    panels:
`;

/** Returns the problems of a dashboard of these panels, without the folder. The first panel is in line 9. */
function problemsOf(panels: string, before = head): string {
  writeFileSync(join(folder, 'test.yml'), `${before}${panels}`);
  try {
    generateSavedObjects(loadDashboards(folder), someFields);
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*\/(?=test\.yml)/gm, '') : '';
  }
  return '';
}

const panel = (inside: string) => `      - {question: How many?, ${inside}}\n`;

describe('a dashboard file with a mistake is refused, with file, line and what was probably meant', () => {
  const mistakes = [
    ['kind: metrik, value: count', 'test.yml:9: unknown value "metrik"; did you mean "metric"?'],
    [
      'kind: metric, vlaue: count',
      'test.yml:9: "value" is missing\ntest.yml:9: unknown key "vlaue"; did you mean "value"?',
    ],
    ['kind: metric, value: cuont', 'test.yml:9: unknown value "cuont"; did you mean "count"?'],
    ['kind: metric, value: {summ: file.size}', 'test.yml:9: unknown key "summ"; did you mean "sum"?'],
    [
      'kind: metric, value: {sum: file.sise}',
      'test.yml:9: unknown field "file.sise"; did you mean "file.size"?',
    ],
    [
      'kind: metric, value: {sum: user.name}',
      'test.yml:9: field "user.name" is of type keyword; this takes a number',
    ],
    [
      'kind: metric, value: {sum: file.size, unique: user.name}',
      'test.yml:9: a measure is one of "unique" and "sum"',
    ],
    [
      "kind: metric, value: {unique: user.name, without: 'user.nam: ann'}",
      'test.yml:9: unknown field "user.nam"; did you mean "user.name"?',
    ],
    [
      'kind: donut, of: message',
      'test.yml:9: field "message" is of type match_only_text; this takes a value that can be grouped',
    ],
    ['kind: map, field: source.ip', 'test.yml:9: field "source.ip" is of type ip; this takes geo_point'],
    ['kind: bars, of: {field: user.name, top: 0}', 'test.yml:9: top must be >= 1'],
    [
      "kind: metric, value: count, where: 'user.nam: ann'",
      'test.yml:9: unknown field "user.nam"; did you mean "user.name"?',
    ],
    [
      "kind: metric, value: count, where: 'user.name ann'",
      'test.yml:9: this is no KQL: expected ":" or a comparison at 10, found ann',
    ],
    [
      "kind: metric, value: {where: 'user.name: \"ann'}",
      'test.yml:9: this is no KQL: there is no end to the quotation at 11',
    ],
    ['kind: donut, of: user.name, opens: tset', 'test.yml:9: unknown dashboard "tset"; did you mean "test"?'],
    [
      'kind: metric, value: count, dataset: o365.audits',
      'test.yml:9: unknown dataset "o365.audits"; did you mean "o365.audit"?',
    ],
    [
      'kind: metric, value: count, opens: test',
      'test.yml:9: unknown key "opens"; one of question, kind, about, where, dataset, width, value, tone',
    ],
    ['kind: donut, of: {title: User}', 'test.yml:9: a grouping says its "field", or its "groups"'],
    [
      "kind: donut, of: {groups: {A: 'user.nam: a'}}",
      'test.yml:9: unknown field "user.nam"; did you mean "user.name"?',
    ],
    [
      "kind: donut, of: {field: user.name, groups: {A: 'user.name: a'}}",
      'test.yml:9: a grouping has a "field" or "groups", not both',
    ],
    [
      'kind: table, of: [user.name, {field: source.ip, other: true}], values: [count]',
      'test.yml:9: only the first grouping of a panel can show the others',
    ],
    ['kind: series, value: count, values: [count]', 'test.yml:9: a panel has "value" or "values", not both'],
    [
      'kind: events, columns: [{field: user.nmae, title: User}]',
      'test.yml:9: unknown field "user.nmae"; did you mean "user.name"?',
    ],
    ['kind: events, columns: [{field: user.name}]', 'test.yml:9: "title" is missing'],
  ] as const;

  test.each(mistakes)('%s', (inside, problem) => {
    expect(problemsOf(panel(inside))).toBe(problem);
  });

  test('a question asked twice, and panels that do not fill their row', () => {
    expect(problemsOf(panel('kind: metric, value: count').repeat(2))).toBe(
      'test.yml:10: "How many?" is asked twice',
    );
    expect(problemsOf(panel('kind: metric, value: count, width: 40'))).toBe(
      'test.yml:7: the panels of this row are 40 columns wide, not 48',
    );
  });

  test('a control of an unknown field, and a key that no dashboard has', () => {
    const controls = head.replace('rows:', 'controls:\n  - {field: user.nane, title: User}\nrows:');
    expect(problemsOf(panel('kind: metric, value: count'), controls)).toBe(
      'test.yml:7: unknown field "user.nane"; did you mean "user.name"?',
    );
    const key = head.replace('about:', 'abuot:');
    expect(problemsOf(panel('kind: metric, value: count'), key)).toContain(
      'test.yml:2: unknown key "abuot"; did you mean "about"?',
    );
  });

  test('a dataset that nobody maps, and one of another package', () => {
    const problemsWith = (datasets: string) =>
      problemsOf(panel('kind: metric, value: count'), head.replace('[o365.audit]', datasets));
    expect(problemsWith('[azure.signinlog]')).toBe(
      'test.yml:4: unknown dataset "azure.signinlog"; did you mean "azure.signinlogs"?',
    );
    expect(problemsWith('[azure.signinlogs, o365.audit]')).toBe(
      'test.yml:4: "o365.audit" is of the package m365, and "azure.signinlogs" of m365_entra',
    );
    expect(problemsWith('[azure.signinlogs, azure.auditlogs]')).toBe('');
  });

  test('a drill-down to a dashboard that another package installs', () => {
    writeFileSync(
      join(folder, 'far.yml'),
      `${head.replace('o365.audit', 'azure.auditlogs')}${panel('kind: metric, value: count')}`,
    );
    expect(problemsOf(panel('kind: donut, of: user.name, opens: far'))).toMatch(
      /^test\.yml:9: unknown dashboard "far"/,
    );
    expect(problemsOf(panel('kind: donut, of: user.name'))).toBe('');
  });

  test('every mistake is reported at once, and no mistake none', () => {
    expect(
      problemsOf(panel('kind: donut, of: user.nam') + panel('kind: donut, of: user.nmae, width: 24')),
    ).toHaveLength(
      'test.yml:9: unknown field "user.nam"; did you mean "user.name"?\n'.length +
        'test.yml:10: "How many?" is asked twice\n'.length +
        'test.yml:10: unknown field "user.nmae"; did you mean "user.name"?'.length,
    );
    expect(problemsOf(panel('kind: metric, value: count'))).toBe('');
  });
});
