// The same error means the same, whether it comes for a document, for a whole request, or to `check`.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from '../../../input/outputs/elasticsearch/connect/connection.ts';
import { checkElasticsearch } from '../../../input/setup/check-elasticsearch.ts';
import { makeDocuments, makeOutput, never } from './harness.ts';
import { StandIn } from './stand-in.ts';

const dataStream = 'logs-o365.audit-test';
let server: StandIn;
let made: ReturnType<typeof makeOutput>;

beforeEach(async () => {
  server = await new StandIn().listen();
  made = makeOutput({ hosts: [server.url] });
  await made.output.open(never);
});

afterEach(async () => {
  await made.output.close();
  await server.close();
});

const write = () => made.output.write(makeDocuments(dataStream, ['a']), { signal: never, uncertain: false });

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

const ways = {
  'a whole request': ({ status, type, reason }: Answered) =>
    server.bulkFaults.push((_, { reply }) => reply(status, { error: { type, reason }, status })),
  'a document': ({ status, type, reason }: Answered) => {
    let refusals = 1;
    server.judgeItem = () => (refusals-- > 0 ? { status, error: { type, reason } } : undefined);
  },
};

const block = 'cluster_block_exception';

describe.each(Object.entries(ways))('to %s', (_, refuse) => {
  test.each([
    [403, block, 'blocked by: [FORBIDDEN/6/cluster read-only (api)];', /set cluster\.blocks\.read_only/],
    [403, block, 'index [x] blocked by: [FORBIDDEN/8/index write (api)];', /remove the block of the index/],
    [
      429,
      block,
      'index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];',
      /disk is full.*free disk space/,
    ],
    [403, 'security_exception', 'action [x] is unauthorized for API key', /lacks a privilege/],
    [403, 'security_exception', 'current license is non-compliant for [security]', /licence/],
    [404, 'index_not_found_exception', 'no such index [x]', /m365 setup/],
    [400, 'validation_exception', 'this action would add [2] shards', /max_shards_per_node/],
    [401, 'security_exception', 'unable to authenticate user [m365]', /User name or password are wrong/],
  ])('%i %s %s is for a person to mend', async (status, type, reason, advice) => {
    refuse({ status, type, reason });
    expect(await write()).toMatchObject({ delivered: 1, rejected: [] });
    expect(made.log.lines[0]).toMatchObject({ level: 'error', message: expect.stringMatching(advice) });
    expect(made.log.lines[0]?.message).toContain(reason);
    if (type === block) expect(made.log.lines[0]?.message).not.toContain('privilege');
  });

  test.each([
    [503, block, 'blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];', /is starting/],
    [503, block, 'blocked by: [SERVICE_UNAVAILABLE/2/no master];', /no elected master/],
    [429, 'es_rejected_execution_exception', 'rejected execution of coordinating operation', /busy/],
    [503, 'unavailable_shards_exception', 'primary shard is not active', /busy/],
    [500, 'illegal_state_exception', 'oops', /tried again/],
  ])('%i %s %s passes by itself', async (status, type, reason, advice) => {
    refuse({ status, type, reason });
    expect(await write()).toMatchObject({ delivered: 1, rejected: [] });
    expect(made.log.lines[0]).toMatchObject({ level: 'warn', message: expect.stringMatching(advice) });
  });
});

test('a document that Elasticsearch calls too large is refused, and the others pass', async () => {
  server.judgeItem = (id) =>
    id === 'a'
      ? { status: 413, error: { type: 'es_rejected_execution_exception', reason: 'operation too large' } }
      : undefined;
  const documents = makeDocuments(dataStream, ['a', 'b']);
  expect(await made.output.write(documents, { signal: never, uncertain: false })).toMatchObject({
    delivered: 1,
    rejected: [{ index: 0, reason: 'operation too large' }],
  });
});

test('a 403 that is not Elasticsearch’s is no missing privilege', async () => {
  server.bulkFaults.push((_, { reply }) =>
    reply(403, '<html>Blocked</html>', { 'content-type': 'text/html' }),
  );
  await write();
  expect(made.log.lines[0]?.message).toMatch(/proxy or firewall/);
});

describe('a key that is not taken', () => {
  const outer =
    'unable to authenticate with provided credentials and anonymous access is not allowed for this request';
  const refusals = [
    ['api key [VuaCfGcBCdbkQm-e5aOx] has been invalidated', /was invalidated: create another/],
    ['api key is expired', /has expired: create another/],
    ['unable to find apikey with id VuaCfGcBCdbkQm-e5aOx', /no such API key/],
    ['invalid credentials for API key [VuaCfGcBCdbkQm-e5aOx]', /its secret is another one/],
  ] as const;
  const unauthorized = (why: string) => ({
    error: {
      type: 'security_exception',
      reason: outer,
      additional_unsuccessful_credentials: `API key: ${why}`,
    },
    status: 401,
  });

  test.each(refusals)('is told with the reason: %s', async (why, advice) => {
    server.bulkFaults.push((_, { reply }) => reply(401, unauthorized(why)));
    await write();
    expect(made.log.lines[0]).toMatchObject({ level: 'error', message: expect.stringContaining(why) });
    expect(made.log.lines[0]?.message).toMatch(advice);
  });

  test.each(refusals)('is told by check in the same words: %s', async (why, advice) => {
    server.answers.set('', (_, { reply }) => reply(401, unauthorized(why)));
    const connection = await connect({ hosts: [server.url], proxyDisable: true });
    const [found] = await checkElasticsearch(
      connection,
      { dataStreams: [dataStream], raw: new Set() },
      never,
    );
    await connection.close();
    expect(found).toMatchObject({ state: 'problem', message: expect.stringContaining(why) });
    expect(found?.advice).toMatch(advice);
  });
});
