// Elastic's rules for the logs of Entra, Defender and mail flow, on a real server: every rule finds its sample and none of
// its near misses, of records that the input maps and of raw ones that the ingest pipelines map.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DatasetName, datasetNames, mainDataset } from '../../pipelines/datasets.ts';
import { loadDefinitions, loadMapper } from '../../pipelines/index.ts';
import {
  type EntraRecord,
  type EntraSample,
  entraSampleNames,
  readEntraSample,
} from '../detections/entra-samples.ts';
import {
  type DetectionRule,
  fieldsOfRule,
  missingRules,
  readDefenderRules,
  readEntraRules,
  runByCondition,
} from '../detections/rules.ts';
import { readRows, readTypes, type SampleIndex } from '../detections/sample-index.ts';
import { searchRule } from '../detections/search-rule.ts';
import { demand, type Prepared, prepare } from './mapping-server.ts';

const tenantId = '0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7';
const now = new Date().toISOString();
const names: readonly DatasetName[] = datasetNames.filter((name) => name !== mainDataset);

type Deliver = (given: EntraRecord, namespace: string) => object;

const mappers = new Map(names.map((name) => [name, loadMapper(name)]));

function mapperOf(name: DatasetName) {
  return mappers.get(name) ?? loadMapper(name);
}

/** What the input sends. */
const mapRecord: Deliver = ({ dataset, record }, namespace) => {
  const mapper = mapperOf(dataset);
  return mapper.map(mapper.read(JSON.stringify(record)), { tenantId, fetchedAt: now, namespace });
};

/** What another shipper sends, which knows the data stream and the tenant and nothing of the record. */
const passRecord: Deliver = ({ dataset, record }, namespace) => ({
  '@timestamp': now,
  data_stream: { type: 'logs', dataset, namespace },
  organization: { id: tenantId },
  message: JSON.stringify(record),
});

function idOf({ dataset, record }: EntraRecord): string {
  const mapper = mapperOf(dataset);
  return mapper.identify(mapper.read(JSON.stringify(record)), tenantId).id;
}

interface Index extends SampleIndex {
  readonly prepared: readonly Prepared[];
}

async function makeIndex(deliver: Deliver): Promise<Index> {
  const streams = new Map<DatasetName, Prepared>();
  for (const name of names) streams.set(name, await prepare(loadDefinitions(name)));
  const prepared = [...streams.values()];
  const dataStreams = prepared.map(({ dataStream }) => dataStream);
  for (const name of dataStreams) await demand('PUT', `/_data_stream/${name}`);
  const records = entraSampleNames().flatMap((name) => {
    const { match, nearMiss } = readEntraSample(name, now);
    return [...match, ...nearMiss];
  });
  const lines = records.flatMap((given) => {
    const { dataStream = '' } = streams.get(given.dataset) ?? {};
    const namespace = dataStream.slice(`logs-${given.dataset}-`.length);
    return [{ create: { _index: dataStream, _id: idOf(given) } }, deliver(given, namespace)];
  });
  for (let i = 0; i < lines.length; i += 2) {
    const [{ create } = { create: { _index: '', _id: '' } }, document] = [Object(lines[i]), lines[i + 1]];
    await demand('PUT', `/${create._index}/_create/${encodeURIComponent(create._id)}`, document);
  }
  await demand('POST', `/${dataStreams.join(',')}/_refresh`);
  return {
    dataStreams,
    types: await readTypes(dataStreams),
    prepared,
    drop: async () => {
      for (const each of prepared) await each.drop();
    },
  };
}

async function run(rule: DetectionRule, index: SampleIndex): Promise<Set<string>> {
  if (rule.language === 'kuery') return searchRule(rule, index);
  const usable = [...index.types].filter(([, type]) => !/^(?:flattened|nested)$/.test(type));
  const rows = await readRows(index, ['@timestamp', ...fieldsOfRule(rule)]);
  return runByCondition(rule, rows, new Set(usable.map(([name]) => name)));
}

interface Outcome {
  readonly rule: DetectionRule;
  readonly sample: EntraSample;
  /** Of each delivery: what was not found, and what was found though it is a near miss. */
  readonly findings: Map<string, { readonly missed: number; readonly wrong: number }>;
}

if (missingRules !== undefined) {
  test.skip(`detection rules for Entra find their samples (${missingRules})`, () => {});
} else {
  const rules = [...readEntraRules(), ...readDefenderRules()];
  const deliveries = { mapped: mapRecord, raw: passRecord };
  const outcomes = new Map(
    rules.map((rule): [string, Outcome] => [
      rule.stem,
      { rule, sample: readEntraSample(rule.stem, now), findings: new Map() },
    ]),
  );

  afterAll(() => {
    process.stdout.write(`${writeReport([...outcomes.values()], Object.keys(deliveries))}\n`);
  });

  test('are 65 and 3, and every one has a sample', () => {
    expect(readEntraRules()).toHaveLength(65);
    expect(readDefenderRules()).toHaveLength(3);
    expect(rules.map(({ stem }) => stem).toSorted()).toEqual(entraSampleNames());
  });

  describe.each(Object.entries(deliveries))('%s records', (delivery, deliver) => {
    let index: Index;
    beforeAll(async () => {
      index = await makeIndex(deliver);
    });
    afterAll(() => index.drop());

    test.each(rules.map((rule) => [rule.name, rule] as const))('%s', async (_name, rule) => {
      const { match, nearMiss, exception } = readEntraSample(rule.stem, now);
      const found = await run(rule, index);
      const missed = match.map(idOf).filter((id) => !found.has(id));
      const wrong = nearMiss.map(idOf).filter((id) => found.has(id));
      const findings = { missed: missed.length, wrong: wrong.length };
      outcomes.get(rule.stem)?.findings.set(delivery, findings);
      expect({ missed, wrong }).toEqual({ missed: [], wrong: [] });
      // Without the property that Graph lacks, the rule would not find them.
      if (exception !== undefined)
        expect(match.every(({ record }) => record[exception.property] !== undefined)).toBe(true);
    });

    test('every field that a rule names is mapped', () => {
      const known = [...index.types.keys()];
      const missing = rules
        .flatMap((rule) => fieldsOfRule(rule))
        .filter((name) => {
          const pattern = new RegExp(
            `^${name
              .split('*')
              .map((part) => part.replace(/[.]/g, '\\.'))
              .join('.*')}$`,
          );
          return !known.some((each) => pattern.test(each));
        });
      expect([...new Set(missing)]).toEqual([]);
    });
  });
}

function writeReport(outcomes: readonly Outcome[], deliveries: readonly string[]): string {
  const lines = outcomes.map(({ rule, sample, findings }) => {
    const figures = deliveries.map((delivery) => {
      const { missed = Number.NaN, wrong = Number.NaN } = findings.get(delivery) ?? {};
      const [match, nearMiss] = [sample.match.length, sample.nearMiss.length];
      return `${match - missed} of ${match} / ${nearMiss - wrong} of ${nearMiss}`.padEnd(22);
    });
    const { exception } = sample;
    const note = exception === undefined ? '' : `not by Graph: ${exception.property}`;
    return `${rule.name.slice(0, 76).padEnd(77)} ${rule.language.padEnd(7)} ${figures.join('')}${note}`;
  });
  const isRight = ({ findings }: Outcome, figure: 'missed' | 'wrong') =>
    deliveries.every((delivery) => findings.get(delivery)?.[figure] === 0);
  const exceptions = outcomes.filter(({ sample }) => sample.exception !== undefined).length;
  return [
    '',
    `${'rule: samples matched / near misses refused'.padEnd(85)} ${deliveries.map((each) => each.padEnd(22)).join('')}`,
    ...lines,
    `${outcomes.length} rules concern these logs: ${outcomes.filter((each) => isRight(each, 'missed')).length} find their samples, ${outcomes.filter((each) => isRight(each, 'wrong')).length} none of their near misses; ${exceptions} of them asks for what Graph does not serve`,
  ].join('\n');
}
