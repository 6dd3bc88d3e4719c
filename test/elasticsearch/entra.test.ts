// Entra's logs from Microsoft Graph to Elasticsearch, as an operator does it: m365 setup for the policy, m365 check, a
// collection, and the documents that rules and analysts look for, enriched, each once.

import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run } from '../cli/command.ts';
import { makeWorkplace, type Workplace } from '../end-to-end/harness.ts';
import { everyLog, graphStream, truthOf } from '../sources/graph/harness.ts';
import { ask, clusterUrl, storedIds } from './cluster.ts';

const namespace = `entra${randomUUID().slice(0, 8)}`;
const logs = {
  'azure.signinlogs': ['interactiveUser', 'nonInteractiveUser', 'servicePrincipal', 'managedIdentity'],
  'azure.auditlogs': ['directoryAudits'],
  'azure.provisioning': ['provisioning'],
  'azure.identity_protection': ['riskDetections'],
} as const;
const streams = ['graph-sign-ins', 'graph-directory-audits', 'graph-provisioning', 'graph-risk-detections'];
const datasets = Object.keys(logs);
const dataStreamOf = (dataset: string) => `logs-${dataset}-${namespace}`;

let emulator: Emulator;
let place: Workplace;

beforeAll(async () => {
  const graph = everyLog({ records: 60, days: 1, latencyMs: 600_000 });
  emulator = await startEmulator({ frozen: true, tenants: [{ graph }] });
  place = await makeWorkplace({
    streams: streams.map((source) => graphStream(emulator, source)),
    output: { type: 'elasticsearch', hosts: [clusterUrl] },
    namespace,
  });
});

afterAll(async () => {
  await emulator.close();
  for (const dataset of datasets) await ask('DELETE', `/_data_stream/${dataStreamOf(dataset)}`);
  await withPolicy('setup', '--remove');
  await place.remove();
});

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);

test('setup puts in place what the log types of the policy need, and nothing of the audit log', async () => {
  const { code, stdout, stderr } = await withPolicy('setup');
  expect([code, stderr]).toEqual([0, '']);
  for (const dataset of datasets) expect(stdout).toContain(`created data stream ${dataStreamOf(dataset)}`);
  expect(stdout).not.toContain('o365.audit');
  const after = (await withPolicy('check')).stdout.replaceAll(/\s+/g, ' ');
  for (const dataset of datasets)
    expect(after).toContain(`${dataStreamOf(dataset)}: index template logs-${dataset}`);
});

test('every record is there, once, also after everything was sent again', async () => {
  const collect = async () => {
    const { code, stdout, stderr } = await withPolicy('run', '--once', '--force');
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  };
  await collect();
  rmSync(place.state, { recursive: true });
  await collect();
  const tenant = emulator.tenants[0]?.tenantId;
  for (const [dataset, names] of Object.entries(logs)) {
    const wanted = names.flatMap((name) => truthOf(emulator, name)).map((id) => `${tenant}:${id}`);
    expect(wanted.length).toBeGreaterThan(50);
    await ask('POST', `/${dataStreamOf(dataset)}/_refresh`);
    expect((await storedIds(dataStreamOf(dataset))).toSorted()).toEqual(wanted.toSorted());
  }
});

test.each([
  ['azure.signinlogs', { term: { 'azure.signinlogs.category': 'SignInLogs' } }],
  ['azure.signinlogs', { term: { 'azure.signinlogs.category': 'ManagedIdentitySignInLogs' } }],
  ['azure.signinlogs', { terms: { 'event.category': ['authentication'] } }],
  ['azure.auditlogs', { exists: { field: 'azure.auditlogs.properties.category' } }],
  [
    'azure.provisioning',
    { term: { 'azure.provisioning.properties.provisioning_status_info.status': 'success' } },
  ],
  ['azure.identity_protection', { exists: { field: 'azure.identityprotection.properties.risk_level' } }],
])('in %s %j finds documents that the pipeline has finished', async (dataset, query) => {
  const { body } = await ask('POST', `/${dataStreamOf(dataset)}/_search`, {
    size: 1,
    query: { bool: { filter: [query, { exists: { field: 'event.ingested' } }] } },
    fields: ['event.dataset', 'event.outcome', 'message', 'organization.id'],
  });
  expect(body.error).toBeUndefined();
  expect(body.hits.hits[0]?.fields).toMatchObject({
    'event.dataset': [dataset],
    'organization.id': [emulator.tenants[0]?.tenantId],
  });
});
