import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findMisfit } from '../detections/field-fitness.ts';
import {
  type DetectionRule,
  fieldsOfRule,
  missingRules,
  readFieldUses,
  readLiveRules,
  readRulesElsewhere,
  runByCondition,
} from '../detections/rules.ts';
import {
  documentId,
  makeSampleIndex,
  mapRecord,
  passRecord,
  readRows,
  type SampleIndex,
} from '../detections/sample-index.ts';
import { type RawRecord, type RuleSample, readSample } from '../detections/samples.ts';
import { searchRule } from '../detections/search-rule.ts';

/** Fields of documents that are not ours: rules join them with ours. */
const notOurs = ['kibana.alert.rule.rule_id'];

interface RuleFinding {
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

interface RuleOutcome {
  readonly rule: DetectionRule;
  /** Undefined for a rule that reads no data of ours. */
  readonly sample: RuleSample | undefined;
  /** One a delivery. */
  readonly findings: readonly RuleFinding[];
}

/** Nothing wanted missing, nothing unwanted found. */
const right: RuleFinding = { missed: [], wrong: [] };

/** Records that the input mapped, and raw ones that the ingest pipeline maps. */
const deliveries = [
  ['mapped', mapRecord],
  ['raw', passRecord],
] as const;

const indices: SampleIndex[] = [];
const outcomes: RuleOutcome[] = [];

if (missingRules !== undefined) {
  test.skip(`detection rules find their samples (${missingRules})`, () => {});
} else {
  beforeAll(async () => {
    for (const [, deliver] of deliveries) indices.push(await makeSampleIndex(deliver));
  });

  afterAll(async () => {
    for (const { drop } of indices) await drop();
    process.stdout.write(`${report()}\n`);
  });

  describe.each([
    ['live rules for Office 365', readLiveRules()],
    ['rules of other packages', readRulesElsewhere()],
  ])('%s', (_, rules) => {
    test.each(rules.map((rule) => [rule.name, rule] as const))('%s', async (_, rule) => {
      const sample = readSample(rule.stem);
      const findings: RuleFinding[] = [];
      for (const index of indices) findings.push(await find(rule, sample, index));
      outcomes.push({ rule, sample, findings });
      expect(findings).toEqual(deliveries.map(() => right));
    });
  });

  test('33 of the live rules or more are run as queries', () => {
    expect(readLiveRules().filter(({ language }) => language === 'kuery').length).toBeGreaterThanOrEqual(33);
  });

  test('every field that any rule names is mapped, with a type that its operators can use', () => {
    const misfits = Object.entries(readFieldUses()).flatMap(([name, use]) => {
      const reason = notOurs.includes(name) ? undefined : findMisfit(indices[0]?.types.get(name), use);
      return reason === undefined ? [] : [`${name}: ${reason}`];
    });
    expect(misfits).toEqual([]);
  });
}

async function find(
  rule: DetectionRule,
  sample: RuleSample | undefined,
  index: SampleIndex,
): Promise<RuleFinding> {
  const found = await run(rule, sample, index);
  if (sample === undefined) return { missed: [], wrong: [...found] };
  return {
    missed: sample.match.filter((record) => !found.has(documentId(record))).map(describeRecord),
    wrong: sample.nearMiss.filter((record) => found.has(documentId(record))).map(describeRecord),
  };
}

const describeRecord = ({ Operation, Id }: RawRecord) => `${Operation} ${Id}`;

async function run(
  rule: DetectionRule,
  sample: RuleSample | undefined,
  index: SampleIndex,
): Promise<Set<string>> {
  if (rule.language === 'kuery') return searchRule(rule, index);
  const others = sample?.alongside ?? [];
  const rows = await readRows(index, ['@timestamp', ...fieldsOfRule(rule)]);
  const foreign = others.map((fields) => ({
    ids: new Set(['another product']),
    values: new Map(Object.entries(fields).map(([name, value]) => [name, [value]])),
  }));
  const columns = new Set([...usableColumns(index), ...others.flatMap(Object.keys)]);
  return runByCondition(rule, [...rows, ...foreign], columns);
}

/** Neither EQL nor ES|QL reads the others. */
const usableColumns = ({ types }: SampleIndex) =>
  [...types].filter(([, type]) => !/^(?:flattened|nested)$/.test(type)).map(([name]) => name);

const isQuery = ({ rule }: RuleOutcome) => rule.language === 'kuery';

function report(): string {
  const names = new Set(readLiveRules().map(({ name }) => name));
  const live = outcomes.filter(({ rule }) => names.has(rule.name));
  const others = outcomes.filter(({ rule }) => !names.has(rule.name));
  return [
    '',
    'Samples matched / near misses rejected, of records that the input mapped and of raw ones that the ingest pipeline did',
    `${'rule'.padEnd(77)} ${'lang.'.padEnd(6)} ${'run as'.padEnd(10)} ${toColumns(deliveries.map(([name]) => name))}`,
    ...outcomes.map(toLine),
    summary('live rules', live),
    summary('of other packages', others),
  ].join('\n');
}

function toLine(outcome: RuleOutcome): string {
  const { rule, sample, findings } = outcome;
  const how = isQuery(outcome) ? 'query' : 'condition';
  const start = `${rule.name.slice(0, 76).padEnd(77)} ${rule.language.padEnd(6)} ${how.padEnd(10)}`;
  if (sample === undefined) return `${start} reads another dataset, and finds nothing of ours`;
  const figures = findings.map(
    ({ missed, wrong }) => `${part(sample.match, missed)} / ${part(sample.nearMiss, wrong)}`,
  );
  return `${start} ${toColumns(figures)}`;
}

const toColumns = (texts: readonly string[]) =>
  texts
    .map((text) => text.padEnd(20))
    .join('')
    .trimEnd();

const part = (all: readonly unknown[], without: readonly unknown[]) =>
  `${all.length - without.length} of ${all.length}`;

function summary(title: string, all: readonly RuleOutcome[]): string {
  const ours = all.filter(({ sample }) => sample !== undefined);
  const count = (isRight: (finding: RuleFinding) => boolean) =>
    ours.filter(({ findings }) => findings.every(isRight)).length;
  const matched = count(({ missed }) => missed.length === 0);
  const clean = count(({ wrong }) => wrong.length === 0);
  const queries = ours.filter(isQuery).length;
  return (
    `${title}: ${matched} of ${ours.length} find their samples, ${clean} of ${ours.length} none of their near misses; ` +
    `${queries} run as queries, ${ours.length - queries} by condition on the indexed document (EQL and ES|QL)`
  );
}
