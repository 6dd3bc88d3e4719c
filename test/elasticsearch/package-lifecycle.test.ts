import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runSetup } from '../../input/cli/commands/setup.ts';
import type { SetupAsset } from '../../input/setup/assets.ts';
import { readOwnAssets } from '../../input/setup/own-assets.ts';
import { ask, clusterUrl } from './cluster.ts';

// The assets of the collection data stream under a name that no other test uses.
let mark: string;
let assets: SetupAsset[];
let said: string[];

beforeEach(() => {
  mark = `m365test${randomUUID().slice(0, 8)}.collection`;
  const rename = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('m365.collection', mark));
  assets = readOwnAssets()
    .filter(({ name }) => name.includes('m365.collection'))
    .map((asset) => rename(asset));
  said = [];
});

afterEach(async () => {
  await ask('DELETE', `/_data_stream/logs-${mark}-*`);
  await ask('DELETE', `/_index_template/logs-${mark}`);
  await ask('DELETE', `/_component_template/logs-${mark}@package`);
  await ask('DELETE', `/_ingest/pipeline/logs-${mark}@m365`);
});

const setup = (flags: { retention?: string; dryRun?: boolean; remove?: boolean } = {}) =>
  runSetup({ url: [clusterUrl], namespace: ['default'], ...flags }, assets, (line) => said.push(line));

const lifecycle = async () => {
  const { body } = await ask('GET', `/_index_template/logs-${mark}`);
  return body.index_templates?.[0].index_template.template.lifecycle;
};

test('setup keeps documents for ever, or as long as it was told, until told otherwise', async () => {
  await setup();
  expect(await lifecycle()).toEqual({ enabled: true });
  await setup({ retention: '90d' });
  expect(await lifecycle()).toEqual({ enabled: true, data_retention: '90d' });
  await setup();
  expect(await lifecycle()).toEqual({ enabled: true, data_retention: '90d' });
  expect(said).toContain('Everything is in place already.');
});

test('another retention makes no new backing index', async () => {
  await setup();
  await ask('POST', `/logs-${mark}-default/_doc`, { '@timestamp': '2026-01-01T00:00:00Z' });
  said = [];
  await setup({ retention: '30d', dryRun: true });
  expect(said.filter((line) => line.includes('roll over'))).toEqual([]);
});

test('a time that is none is refused before anything is changed', async () => {
  await expect(setup({ retention: '90' })).rejects.toThrow('--retention 90');
  expect(await lifecycle()).toBeUndefined();
});

test('a collection document is indexed with its types, its time of arrival and the operators’ hook', async () => {
  await setup();
  await ask('PUT', `/_ingest/pipeline/logs-${mark}@custom`, {
    processors: [{ set: { field: 'labels.hook', value: 'ran' } }],
  });
  const { default: sample } = await import('../../input/cli/package/sample/collection-event.json', {
    with: { type: 'json' },
  });
  const reply = await ask('POST', `/logs-${mark}-default/_doc?refresh=true`, sample);
  await ask('DELETE', `/_ingest/pipeline/logs-${mark}@custom`);
  expect(reply.status).toBe(201);
  const { body } = await ask('POST', `/logs-${mark}-default/_search`, {
    query: { range: { 'm365.collection.lag': { gte: 1_000_000 } } },
    aggs: { delivered: { sum: { field: 'm365.collection.records.delivered' } } },
  });
  expect(body.aggregations.delivered.value).toBe(940);
  expect(body.hits.hits[0]._source).toMatchObject({
    event: { ingested: expect.any(String) },
    labels: { hook: 'ran' },
  });
  expect(body.hits.hits[0]._ignored).toBeUndefined();
});
