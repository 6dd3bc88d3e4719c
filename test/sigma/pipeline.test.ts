import { describe, expect, test } from '@jest/globals';
import { listDocumentFields } from '../../pipelines/document-fields.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import { sampleContext } from '../pipelines/samples.ts';
import { asksForExistence, fieldsOf, readTransformations } from './pipeline.ts';
import { readSigmaRules, type SelectionItem, type SigmaRule } from './rules.ts';

const rules = readSigmaRules();
const known = new Set(listDocumentFields(loadDefinitions()).map(({ name }) => name));
const mapper = loadMapper();

function valuesAt(node: unknown, path: string): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => valuesAt(each, path));
  if (path === '') return [String(node)];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (path === key) return valuesAt(value, '');
    return path.startsWith(`${key}.`) ? valuesAt(value, path.slice(key.length + 1)) : [];
  });
}

function holds(document: unknown, item: SelectionItem, service: string): boolean {
  return fieldsOf(item, service).some((field) => {
    const values = valuesAt(document, field).map((value) => value.toLowerCase());
    if (asksForExistence(field)) return values.length > 0;
    const some = (test: (value: string, wanted: string) => boolean) => (wanted: string) =>
      values.some((value) => test(value, wanted.toLowerCase()));
    if (item.is) return item.is.some(some((value, wanted) => value === wanted));
    if (item.contains) return item.contains.some(some((value, wanted) => value.includes(wanted)));
    // The cmdlet of a payload is the action of the document.
    return (item.all ?? []).every(
      (wanted) =>
        some((value, part) => value.includes(part))(wanted) ||
        valuesAt(document, 'event.action').includes(wanted),
    );
  });
}

function matches(rule: SigmaRule, record: object): boolean {
  const document = mapper.map(mapper.read(JSON.stringify(record)), sampleContext);
  const found = rule.any.some((group) => group.every((item) => holds(document, item, rule.service)));
  return found && !rule.not.some((item) => holds(document, item, rule.service));
}

test('there are the 21 rules', () => {
  expect(rules).toHaveLength(21);
});

test('every field that the pipeline names is one of the documents', () => {
  const named = readTransformations().flatMap(({ mapping = {} }) => Object.values(mapping).flat());
  expect(named.filter((field) => !known.has(field))).toEqual([]);
});

describe.each(rules)('Sigma’s rule $name', (rule) => {
  test('has a field for everything it asks for', () => {
    const items = [...rule.any.flat(), ...rule.not];
    expect(items.filter((item) => fieldsOf(item, rule.service).length === 0)).toEqual([]);
  });

  test('finds its record, and not the near miss', () => {
    expect([matches(rule, rule.record), matches(rule, rule.miss)]).toEqual([true, false]);
  });
});

test('mail that a rule of Outlook forwards is found', () => {
  const rule = rules.find(({ name }) => name === 'Suspicious email forwarding activity');
  const record = (ActionType: string) => ({
    RecordType: 2,
    Operation: 'UpdateInboxRules',
    OperationProperties: [
      { Name: 'RuleOperation', Value: 'AddMailboxRule' },
      { Name: 'RuleActions', Value: JSON.stringify([{ ActionType }]) },
    ],
  });
  expect(rule).toBeDefined();
  if (rule === undefined) return;
  expect([matches(rule, record('Forward')), matches(rule, record('MarkAsRead'))]).toEqual([true, false]);
});
