import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../input/outputs/elasticsearch/connect/connection.ts';
import { applySetup, removeSetup } from '../../input/setup/apply-setup.ts';
import type { SetupAsset } from '../../input/setup/assets.ts';
import { checkElasticsearch } from '../../input/setup/check-elasticsearch.ts';
import { planSetup } from '../../input/setup/plan-setup.ts';
import { never } from '../outputs/elasticsearch/harness.ts';
import { ask, clusterUrl } from './cluster.ts';

let connection: Connection;
let dataset: string;
let stream: string;
let said: string[];

beforeEach(async () => {
  connection = await connect({ hosts: [clusterUrl], proxyDisable: true });
  dataset = `logs-m365setup.${randomUUID().slice(0, 8)}`;
  stream = `${dataset}-default`;
  said = [];
});

afterEach(async () => {
  await ask('DELETE', `/_data_stream/${dataset}-*`);
  for (const name of [dataset, `${dataset}.other`]) await ask('DELETE', `/_index_template/${name}`);
  await ask('DELETE', `/_component_template/${dataset}@mappings`);
  await ask('DELETE', `/_ingest/pipeline/${dataset}`);
  await connection.close();
});

function makeAssets(fields: object = { a: { type: 'keyword' } }): SetupAsset[] {
  return [
    {
      kind: 'index_template',
      name: dataset,
      body: {
        index_patterns: [`${dataset}-*`],
        priority: 250,
        data_stream: {},
        composed_of: [`${dataset}@mappings`],
      },
    },
    {
      kind: 'component_template',
      name: `${dataset}@mappings`,
      body: {
        template: {
          settings: { index: { default_pipeline: dataset, number_of_replicas: 0 } },
          mappings: { properties: fields },
        },
      },
    },
    { kind: 'ingest_pipeline', name: dataset, body: { processors: [{ set: { field: 'b', value: 1 } }] } },
  ];
}

const plan = (assets = makeAssets(), { version = '1.2.0', takeOver = false } = {}) =>
  planSetup(connection, { assets, version, dataStreams: [stream], takeOver }, never);

async function setUp(assets = makeAssets(), options: { version?: string; takeOver?: boolean } = {}) {
  const made = await plan(assets, options);
  expect(made.conflicts).toEqual([]);
  await applySetup(connection, made, options.version ?? '1.2.0', (line) => said.push(line), never);
  return made;
}

const putForeign = (body: object) =>
  ask('PUT', `/_index_template/${dataset}.other`, {
    index_patterns: [`${dataset}-*`],
    priority: 200,
    data_stream: {},
    ...body,
  });

const backingIndices = async (): Promise<string[]> =>
  (await ask('GET', `/_data_stream/${stream}`)).body.data_streams[0].indices.map(
    ({ index_name }: { index_name: string }) => index_name,
  );

describe('setting up', () => {
  test('puts everything in order, and a document finds its mapping and pipeline', async () => {
    await setUp();
    expect(said).toEqual([
      `created ingest pipeline ${dataset}`,
      `created component template ${dataset}@mappings`,
      `created index template ${dataset}`,
      `created data stream ${stream}`,
    ]);
    await ask('POST', `/${stream}/_doc?refresh=true`, { '@timestamp': '2026-01-01T00:00:00Z' });
    const { body } = await ask('GET', `/${stream}/_search`);
    expect(body.hits.hits[0]._source.b).toBe(1);
  });

  test('a second time changes nothing', async () => {
    await setUp();
    const again = await setUp();
    expect(again.steps.map(({ action }) => action)).toEqual(['keep', 'keep', 'keep']);
    expect(again).toMatchObject({ rollOver: [], createStreams: [] });
    expect(await backingIndices()).toHaveLength(1);
  });

  test('a changed mapping rolls the data stream over, with its next document', async () => {
    await setUp();
    await setUp(makeAssets({ a: { type: 'keyword' }, c: { type: 'ip' } }), { version: '1.3.0' });
    expect(said).toContain(`updated component template ${dataset}@mappings`);
    await ask('POST', `/${stream}/_doc`, { '@timestamp': '2026-01-01T00:00:00Z' });
    const indices = await backingIndices();
    expect(indices).toHaveLength(2);
    const { body } = await ask('GET', `/${indices[1]}/_mapping`);
    expect(body[indices[1] ?? ''].mappings.properties.c).toEqual({ type: 'ip' });
  });

  test('finishes what broke off between the templates and the rollover', async () => {
    await setUp();
    const changed = makeAssets({ a: { type: 'keyword' }, c: { type: 'ip' } });
    const half = await plan(changed);
    await applySetup(connection, { ...half, rollOver: [] }, '1.2.0', () => {}, never);
    expect((await plan(changed)).rollOver).toEqual([stream]);
  });

  test('leaves what a newer version put there', async () => {
    await setUp(makeAssets(), { version: '1.10.0' });
    const { conflicts } = await plan(makeAssets({}), { version: '1.9.0' });
    expect(conflicts[0]).toMatchObject({ code: 'newer', advice: expect.stringContaining('1.10.0') });
  });

  test('refuses where a package of Kibana owns the data streams, and names both ways out', async () => {
    await putForeign({ _meta: { package: { name: 'o365' }, managed_by: 'fleet', managed: true } });
    await ask('PUT', `/_data_stream/${stream}`);
    const { conflicts } = await plan();
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toMatchObject({ code: 'package', message: expect.stringContaining('"o365"') });
    expect(conflicts[0]?.advice).toMatch(/Uninstall.*--take-over.*documents: raw/);
    const taking = await plan(makeAssets(), { takeOver: true });
    expect(taking.conflicts).toHaveLength(1);
  });

  test('refuses where a template of somebody would win, and lives beside one that would not', async () => {
    await putForeign({ priority: 250 });
    expect((await plan()).conflicts[0]).toMatchObject({ code: 'template' });
    await putForeign({ priority: 249 });
    expect((await plan()).conflicts).toEqual([]);
  });

  test('refuses to overwrite something of the same name', async () => {
    await ask('PUT', `/_ingest/pipeline/${dataset}`, { processors: [], _meta: { managed_by: 'me' } });
    expect((await plan()).conflicts[0]).toMatchObject({ code: 'asset' });
  });

  test('refuses live data streams of others until told to take over, then rolls them over', async () => {
    await putForeign({ template: { settings: { number_of_replicas: 0 } } });
    await ask('POST', `/${stream}/_doc`, { '@timestamp': '2026-01-01T00:00:00Z' });
    expect((await plan()).conflicts[0]).toMatchObject({
      code: 'live',
      advice: expect.stringContaining('--take-over'),
    });
    await setUp(makeAssets(), { takeOver: true });
    await ask('POST', `/${stream}/_doc`, { '@timestamp': '2026-01-01T00:00:00Z' });
    expect(await backingIndices()).toHaveLength(2);
    expect((await plan()).conflicts).toEqual([]);
  });

  test('removes what is ours, nothing else, and nothing in use', async () => {
    await setUp();
    const remove = (dryRun: boolean) =>
      removeSetup(connection, makeAssets(), dryRun, (line) => said.push(line), never);
    await expect(remove(false)).rejects.toThrow(stream);
    await ask('DELETE', `/_data_stream/${stream}`);
    await ask('PUT', `/_ingest/pipeline/${dataset}`, { processors: [] });
    expect(await remove(true)).toBe(2);
    expect(await remove(false)).toBe(2);
    expect(said.at(-1)).toBe(`left ingest pipeline ${dataset}, which is not ours`);
    expect((await ask('GET', `/_index_template/${dataset}`)).status).toBe(404);
    expect((await ask('GET', `/_ingest/pipeline/${dataset}`)).status).toBe(200);
  });
});

describe('checking', () => {
  const check = async (raw: readonly string[] = []) => {
    const targets = { dataStreams: [stream], raw: new Set(raw) };
    const findings = await checkElasticsearch(connection, targets, never);
    return Object.fromEntries(findings.map((each) => [each.name, each]));
  };

  test('a prepared Elasticsearch is fine', async () => {
    await setUp();
    const findings = await check();
    expect(Object.values(findings).filter(({ state }) => state === 'problem')).toEqual([]);
    expect(findings.templates).toMatchObject({ state: 'ok', message: expect.stringContaining(dataset) });
    expect(findings.processors).toMatchObject({ state: 'ok' });
  });

  test.each([
    ['write', 'index write (api)', 'index.blocks'],
    ['read_only', 'index read-only (api)', 'index.blocks'],
    ['read_only_allow_delete', 'flood-stage', 'free disk space'],
  ])('says that the data stream is blocked: index.blocks.%s', async (block, message, advice) => {
    await setUp();
    await ask('PUT', `/${stream}/_settings`, { [`index.blocks.${block}`]: true });
    expect((await check()).blocks).toMatchObject({
      state: 'problem',
      message: expect.stringMatching(new RegExp(`^${stream} is blocked: .*`)),
      advice: expect.stringContaining(advice),
    });
    expect((await check()).blocks?.message).toContain(message);
    await ask('PUT', `/${stream}/_settings`, { [`index.blocks.${block}`]: null });
    expect((await check()).blocks).toBeUndefined();
  });

  test('does not mind an older backing index that is read-only', async () => {
    await setUp();
    await ask('PUT', `/${stream}/_settings`, { 'index.blocks.write': true });
    await ask('POST', `/${stream}/_rollover`);
    expect((await check()).blocks).toBeUndefined();
  });

  test('says what to do where setup was not run', async () => {
    expect((await check()).templates).toMatchObject({ state: 'problem', advice: 'Run `m365 setup`.' });
  });

  test('says whose template it is', async () => {
    await putForeign({ _meta: { package: { name: 'o365' } } });
    const { templates } = await check();
    expect(templates).toMatchObject({ state: 'problem', advice: expect.stringContaining('"o365"') });
  });

  test('for raw records, the package that maps them is right', async () => {
    // Elastic's packages are called as the first part of their datasets.
    await putForeign({ _meta: { package: { name: 'm365setup' } } });
    const { templates } = await check([stream]);
    expect(templates).toMatchObject({ state: 'ok', message: expect.stringContaining('"m365setup"') });
  });

  test('for raw records, nobody who maps them is a problem, and m365 itself a detour', async () => {
    expect((await check([stream])).templates).toMatchObject({
      state: 'problem',
      message: expect.stringContaining('nobody maps the raw records'),
    });
    await setUp();
    const { templates } = await check([stream]);
    expect(templates).toMatchObject({
      state: 'unknown',
      advice: expect.stringContaining('Leave out "documents: raw"'),
    });
  });

  test('for raw records, an owner that is not known to take them is a question', async () => {
    for (const owner of [{}, { _meta: { package: { name: 'theirs' } } }]) {
      await putForeign(owner);
      const { templates } = await check([stream]);
      expect(templates).toMatchObject({
        state: 'unknown',
        advice: expect.stringContaining('takes raw records'),
      });
    }
  });
});
