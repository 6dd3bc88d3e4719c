// The check of templates with a key that may not read them: a data stream shows the one that it follows, and who owns it.

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../../input/outputs/elasticsearch/connect/connection.ts';
import { checkElasticsearch } from '../../../input/setup/check-elasticsearch.ts';
import { never } from './harness.ts';
import { StandIn } from './stand-in.ts';

const dataStream = 'logs-o365.audit-test';
let server: StandIn;
let connection: Connection;

beforeEach(async () => {
  server = await new StandIn().listen();
  connection = await connect({ hosts: [server.url], proxyDisable: true });
  server.answers.set('/_index_template', (_, { reply }) =>
    reply(403, { error: { type: 'security_exception' } }),
  );
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

async function checkTemplates(entry: object, raw = false) {
  server.answers.set(dataStream, (_, { reply }) =>
    reply(200, { data_streams: [{ name: dataStream, template: 'logs-o365.audit', ...entry }] }),
  );
  const targets = { dataStreams: [dataStream], raw: new Set(raw ? [dataStream] : []) };
  const findings = await checkElasticsearch(connection, targets, never);
  return findings.find(({ name }) => name === 'templates');
}

const elastics = { _meta: { package: { name: 'o365' }, managed_by: 'fleet' } };

test.each([
  ['another package’s, for mapped documents', elastics, false, 'problem', 'The package "o365" owns it'],
  ['another package’s, for raw records', elastics, true, 'ok', ''],
  ['ours from Kibana', { _meta: { package: { name: 'm365' }, managed_by: 'fleet' } }, false, 'ok', ''],
  ['ours from setup', { _meta: { managed_by: 'm365' } }, false, 'ok', ''],
  ['not told whose it is', {}, false, 'unknown', 'administrator’s key'],
])('%s', async (_, entry, raw, state, advice) => {
  expect(await checkTemplates(entry, raw)).toMatchObject({ state, advice: expect.stringContaining(advice) });
});
