import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runSetup } from '../../../input/cli/commands/setup.ts';
import { patternsOverlap } from '../../../input/outputs/elasticsearch/template/index-patterns.ts';
import type { SetupAsset } from '../../../input/setup/assets.ts';
import { readConnectionFlags } from '../../../input/setup/connection-options.ts';
import { StandIn } from './stand-in.ts';

let server: StandIn;
const said: string[] = [];

beforeEach(async () => {
  server = await new StandIn().listen();
  said.length = 0;
});

afterEach(() => server.close());

const assets: SetupAsset[] = [
  {
    kind: 'index_template',
    name: 'logs-o365.audit',
    body: { index_patterns: ['logs-o365.audit-*'], priority: 250, data_stream: {} },
  },
  { kind: 'ingest_pipeline', name: 'logs-o365.audit@p', body: { processors: [] } },
];
const setup = (flags: Parameters<typeof runSetup>[0]) => runSetup(flags, assets, (line) => said.push(line));
const changes = () =>
  server.seen.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

function policyFile(outputs: string, namespace = 'default', more = ''): string {
  const file = join(mkdtempSync(join(tmpdir(), 'm365-setup-')), 'p.yml');
  writeFileSync(
    file,
    `outputs: ${outputs}
inputs:
  - type: m365
    data_stream.namespace: ${namespace}
    streams:
      - tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7
        client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901
        client_secret: a-secret-value
${more}`,
  );
  return file;
}

describe('m365 setup', () => {
  test('puts pipelines before the templates that name them, then makes the data stream', async () => {
    await setup({ url: [server.url], namespace: ['default', 'emea'] });
    expect(changes()).toEqual([
      'PUT /_ingest/pipeline/logs-o365.audit%40p',
      'PUT /_index_template/logs-o365.audit',
      'PUT /_data_stream/logs-o365.audit-default',
      'PUT /_data_stream/logs-o365.audit-emea',
    ]);
    const put = server.seen.find(({ path, method }) => method === 'PUT' && path.endsWith('/logs-o365.audit'));
    expect(JSON.parse(put?.body ?? '')._meta).toMatchObject({ managed_by: 'm365', managed: true });
  });

  test('--dry-run says the same and changes nothing', async () => {
    await setup({ url: [server.url], dryRun: true });
    expect(said).toEqual([
      'would create ingest pipeline logs-o365.audit@p',
      'would create index template logs-o365.audit',
      'would create data stream logs-o365.audit-default',
    ]);
    expect(changes()).toEqual([]);
  });

  test('the namespaces of a policy are made', async () => {
    const file = policyFile(`{default: {type: elasticsearch, hosts: ["${server.url}"]}}`, 'demo2');
    await setup({ policy: file, dryRun: true });
    expect(said.at(-1)).toBe('would create data stream logs-o365.audit-demo2');
  });

  test('makes the data streams that the policy writes, and no others', async () => {
    const named = ['logs-o365.audit', 'logs-m365.collection'].map((name): SetupAsset => {
      const body = { index_patterns: [`${name}-*`], priority: 250, data_stream: {} };
      return { kind: 'index_template', name, body };
    });
    const reports =
      '      - data_stream: {dataset: m365.collection, namespace: reports}\n' +
      '      - {tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f8, client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901, client_secret: a-secret-value, documents: raw, data_stream.namespace: others}\n';
    const file = policyFile(`{default: {type: elasticsearch, hosts: ["${server.url}"]}}`, 'emea', reports);
    await runSetup({ policy: file }, named, (line) => said.push(line));
    expect(changes().filter((change) => change.includes('_data_stream'))).toEqual([
      'PUT /_data_stream/logs-o365.audit-emea',
      'PUT /_data_stream/logs-m365.collection-reports',
    ]);
  });

  test('says a line for each kind, and what to do next', async () => {
    const many = [1, 2, 3, 4].map(
      (n): SetupAsset => ({ kind: 'ingest_pipeline', name: `logs-o365.audit@p${n}`, body: {} }),
    );
    const [template] = assets;
    const two = template
      ? [template, { ...template, name: 'logs-o365.audit@u', body: { index_patterns: ['x-*'] } }]
      : [];
    await runSetup({ url: [server.url] }, [...many, ...two], (line) => said.push(line));
    expect(said).toEqual([
      'created 4 ingest pipelines',
      'created 2 index templates: logs-o365.audit, logs-o365.audit@u',
      'created data stream logs-o365.audit-default',
      expect.stringMatching(/^Next: m365 check --policy my\.yml, then m365 run/),
    ]);
  });

  describe('where every stream delivers raw records', () => {
    const raw = '        documents: raw\n';
    const reports = '      - data_stream.dataset: m365.collection\n';
    const policy = (more: string) =>
      policyFile(`{default: {type: elasticsearch, hosts: ["${server.url}"]}}`, 'default', more);

    test('refuses, and says that nothing is needed', async () => {
      await expect(setup({ policy: policy(raw), takeOver: true })).rejects.toMatchObject({
        code: 'setup-raw',
        message: expect.stringMatching(/^Nothing was changed, and nothing needs to be: .*"documents: raw"/),
        advice: expect.stringMatching(/o365\) in Kibana.*leave out "documents: raw"/),
      });
      expect(server.seen).toEqual([]);
    });

    test('sets up only where completeness is reported', async () => {
      const named = ['logs-o365.audit', 'logs-m365.collection'].map((name): SetupAsset => {
        const body = { index_patterns: [`${name}-*`], priority: 250, data_stream: {} };
        return { kind: 'index_template', name, body };
      });
      await runSetup({ policy: policy(raw + reports) }, named, (line) => said.push(line));
      expect(said[0]).toMatch(/^left logs-o365\.audit-\* alone: every stream/);
      expect(changes()).toEqual([
        'PUT /_index_template/logs-m365.collection',
        'PUT /_data_stream/logs-m365.collection-default',
      ]);
    });
  });

  test('--print connects to nothing', async () => {
    await setup({ print: true });
    expect(said[0]).toMatch(/^PUT \/_ingest\/pipeline\/logs-o365.audit%40p\n\{/);
    expect(server.seen).toEqual([]);
  });

  test('what another owns is left alone, with one clear line', async () => {
    const body = {
      index_patterns: ['logs-o365.audit-*'],
      priority: 200,
      _meta: { package: { name: 'o365' } },
    };
    server.answers.set('/_index_template', (_, { reply }) =>
      reply(200, { index_templates: [{ name: 'logs-o365.audit', index_template: body }] }),
    );
    await expect(setup({ url: [server.url] })).rejects.toMatchObject({
      code: 'setup-package',
      message: expect.stringMatching(/^Nothing was changed\. The integration package "o365"/),
    });
    expect(changes()).toEqual([]);
  });

  describe('of several packages', () => {
    const tenant =
      'tenant_id: 0b1c2d3e-4f50-4617-8291-a2b3c4d5e6f7, client_id: 1c2d3e4f-5061-4728-93a4-b5c6d7e8f901, client_secret: a-secret-value';
    const named = ['o365.audit', 'm365.collection', 'azure.signinlogs', 'azure.auditlogs'].map(
      (dataset): SetupAsset => ({
        kind: 'index_template',
        name: `logs-${dataset}`,
        body: { index_patterns: [`logs-${dataset}-*`], priority: 250, data_stream: {} },
      }),
    );
    const run = (more: string) =>
      runSetup(
        { policy: policyFile(`{default: {type: elasticsearch, hosts: ["${server.url}"]}}`, 'default', more) },
        named,
        (line) => said.push(line),
      );
    const owned = (dataset: string, owner: string) =>
      server.answers.set('/_index_template', (_, { reply }) => {
        const body = { index_patterns: [`logs-${dataset}-*`], _meta: { package: { name: owner } } };
        reply(200, { index_templates: [{ name: `logs-${dataset}`, index_template: body }] });
      });

    test('puts the templates of the log types that the policy uses, and no others', async () => {
      await run(`      - {source: graph-sign-ins, ${tenant}}\n`);
      expect(changes()).toEqual([
        'PUT /_index_template/logs-o365.audit',
        'PUT /_index_template/logs-m365.collection',
        'PUT /_data_stream/logs-o365.audit-default',
        'PUT /_index_template/logs-azure.signinlogs',
        'PUT /_data_stream/logs-azure.signinlogs-default',
      ]);
    });

    test('what one owner keeps out keeps out nothing else, and is an error all the same', async () => {
      owned('azure.auditlogs', 'azure');
      await expect(run(`      - {source: graph-directory-audits, ${tenant}}\n`)).rejects.toMatchObject({
        code: 'setup-package',
        message: expect.stringMatching(
          /^The rest is in place, but not all\. .*"azure".*logs-azure\.auditlogs/,
        ),
        advice: expect.stringContaining('documents: raw'),
      });
      expect(changes()).toEqual([
        'PUT /_index_template/logs-o365.audit',
        'PUT /_index_template/logs-m365.collection',
        'PUT /_data_stream/logs-o365.audit-default',
      ]);
    });

    test('a package of Elastic’s that begins as ours do is none of ours', async () => {
      owned('azure.auditlogs', 'm365_defender');
      await expect(run(`      - {source: graph-directory-audits, ${tenant}}\n`)).rejects.toMatchObject({
        advice: expect.stringContaining('remove it'),
      });
    });

    test('raw records of one log type leave the others', async () => {
      owned('azure.auditlogs', 'azure');
      await run(`      - {source: graph-directory-audits, documents: raw, ${tenant}}\n`);
      expect(said[0]).toMatch(/^left logs-azure\.auditlogs-\* alone/);
      expect(changes()).toContain('PUT /_index_template/logs-o365.audit');
    });
  });

  test('a key that may not names the privilege that is missing', async () => {
    server.answers.set('/_index_template', (_, { reply }) =>
      reply(403, { error: { type: 'security_exception', reason: 'unauthorized' } }),
    );
    await expect(setup({ url: [server.url] })).rejects.toMatchObject({
      advice: expect.stringContaining('manage_index_templates'),
    });
  });
});

describe('which Elasticsearch', () => {
  const elasticsearch = '{type: elasticsearch, hosts: ["http://es:9200"], api_key: "policy:key"}';

  test('is taken from a policy, with its key', async () => {
    const options = await readConnectionFlags({ policy: policyFile(`{default: ${elasticsearch}}`) }, {});
    expect(options.hosts).toEqual(['http://es:9200']);
    expect(await options.apiKey?.()).toBe('policy:key');
  });

  test('what the environment gives outweighs the key of the policy', async () => {
    const policy = policyFile(`{default: ${elasticsearch}}`);
    const withKey = await readConnectionFlags({ policy }, { ELASTICSEARCH_API_KEY: 'my:key' });
    expect(await withKey.apiKey?.()).toBe('my:key');
    const withUser = await readConnectionFlags(
      { policy, username: 'elastic' },
      { ELASTICSEARCH_PASSWORD: 'correct horse' },
    );
    expect(withUser.apiKey).toBeUndefined();
    expect(await withUser.password?.()).toBe('correct horse');
  });

  test.each([
    [{}, {}, 'Which Elasticsearch is meant'],
    [{ url: ['http://es:9200'], username: 'elastic' }, {}, 'no password for elastic'],
    [{ policy: policyFile('{default: {type: console}}') }, {}, 'has an output of type elasticsearch'],
    [{ policy: policyFile(`{default: ${elasticsearch}}`), output: 'other' }, {}, 'named "other"'],
  ])('%j is asked back', async (flags, environment, message) => {
    await expect(readConnectionFlags(flags, environment)).rejects.toThrow(message);
  });
});

describe('index patterns', () => {
  test.each([
    ['logs-o365.audit-*', 'logs-o365.audit-*', true],
    ['logs-o365.audit-*', 'logs-*-*', true],
    ['logs-o365.audit-*', '*', true],
    ['logs-o365.audit-*', '*-default', true],
    ['logs-o365.audit-*', 'logs-o365.audit', false],
    ['logs-o365.audit-*', 'logs-o365.audit-default', true],
    ['logs-o365.audit-*', 'metrics-*', false],
    ['logs-o365.audit-*', 'logs-azure.*', false],
    ['a*b*c', 'a-c', false],
    ['', '', true],
  ])('%s and %s have a name in common: %s', (left, right, expected) => {
    expect(patternsOverlap(left, right)).toBe(expected);
    expect(patternsOverlap(right, left)).toBe(expected);
  });
});
