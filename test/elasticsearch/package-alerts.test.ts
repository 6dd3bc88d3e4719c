import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createFieldLookup, generateAlertRules } from '../../dashboards/index.ts';
import { runSetup } from '../../input/cli/commands/setup.ts';
import { collectionSample } from '../../input/cli/package/sample/sample-events.ts';
import { readOwnAssets } from '../../input/setup/own-assets.ts';
import { ask, clusterUrl } from './cluster.ts';

const mark = `m365test${randomUUID().slice(0, 8)}.alerts`;
const stream = `logs-${mark}-default`;

beforeAll(async () => {
  const assets = readOwnAssets().filter(({ name }) => name.includes('m365.collection'));
  const renamed = JSON.parse(JSON.stringify(assets).replaceAll('m365.collection', mark));
  // The fields keep their names: only what is named after the dataset is renamed.
  for (const asset of renamed)
    if (asset.kind === 'component_template')
      asset.body = JSON.parse(JSON.stringify(asset.body).replaceAll(mark, 'm365.collection'));
  await runSetup({ url: [clusterUrl], namespace: ['default'] }, withPipeline(renamed), () => {});
  for (const [id, change] of Object.entries(cases))
    await ask('PUT', `/${stream}/_create/${id}`, withFigures(change));
  await ask('POST', `/${stream}/_refresh`);
});

afterAll(async () => {
  await ask('DELETE', `/_data_stream/${stream}`);
  await ask('DELETE', `/_index_template/logs-${mark}`);
  await ask('DELETE', `/_component_template/logs-${mark}@package`);
  await ask('DELETE', `/_ingest/pipeline/logs-${mark}@m365`);
});

// biome-ignore lint/suspicious/noExplicitAny: assets of every shape
function withPipeline(assets: any[]) {
  return assets.map((asset) =>
    asset.kind === 'component_template'
      ? JSON.parse(JSON.stringify(asset).replaceAll('logs-m365.collection@m365', `logs-${mark}@m365`))
      : asset,
  );
}

/** One document for each thing that can go wrong, and one where all is well. */
const cases: Record<string, object> = {
  fine: {},
  lost: { blobs: { lost: 1 }, lost_reason: ['AF20051'] },
  missing: { gap: { count: 1, duration: 60_000 } },
  refused: { records: { dead_lettered: 2 } },
  slow: { delivery_lag: 3_600_001 },
  quiet: { code: 'quiet', health: 'degraded' },
  ended: { code: 'AADSTS7000222', health: 'failed' },
  ending: { credential: { kind: 'secret', expires: new Date(Date.now() + 86_400_000).toISOString() } },
};

const expected: Record<string, string[]> = {
  'm365-gap': ['missing'],
  'm365-lost': ['lost'],
  'm365-refused': ['refused'],
  'm365-lag': ['slow'],
  'm365-quiet': ['quiet'],
  'm365-failed': ['ended'],
  'm365-silent': Object.keys(cases).toSorted(),
  'm365-credential': ['ended', 'ending'],
};

function withFigures(change: object): object {
  const sample = Object(collectionSample());
  return { ...sample, m365: { collection: { ...sample.m365.collection, ...change } } };
}

test.each(generateAlertRules(createFieldLookup()).map((rule) => [rule.id, rule] as const))(
  'the rule %s finds what it is for, and nothing else',
  async (id, { template }) => {
    const { query } = JSON.parse(String(template.attributes.params.esQuery));
    const { body } = await ask('POST', `/${stream}/_search`, { size: 100, query });
    expect(body.hits.hits.map((hit: { _id: string }) => hit._id).toSorted()).toEqual(expected[id]);
  },
);
