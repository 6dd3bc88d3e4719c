// Elasticsearch itself goes away: killed as by a power failure, started again with its data, and standing still. On a
// node of this test's own; a server given by ELASTICSEARCH_URL is never stopped.

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../input/outputs/elasticsearch/connect/connection.ts';
import { checkElasticsearch } from '../../input/setup/check-elasticsearch.ts';
import { countRepeated } from '../count-repeated.ts';
import { makeDocuments, makeOutput, never, numberedIds } from '../outputs/elasticsearch/harness.ts';
import { createsOnly, openFront } from './front.ts';
import { canStartNode, OwnNode } from './own-node.ts';

const dataStream = 'logs-m365test.restart-test';
const node = new OwnNode(Number(process.env.M365_RESTART_PORT ?? 9396));

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
async function ask(method: string, path: string, body?: object): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json().catch(() => undefined);
}

async function storedIds(): Promise<string[]> {
  await ask('POST', `/${dataStream}/_refresh`);
  const found = await ask('POST', `/${dataStream}/_search`, { size: 10_000, _source: false });
  return found.hits.hits.map((hit: { _id: string }) => hit._id).sort();
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Writes portion after portion until told to end; returns what it wrote. */
async function writeSteadily(prefix: string) {
  const front = await openFront(node.url);
  closing.push(() => front.close());
  const made = makeOutput({ hosts: [front.url], timeoutMs: 1500, bulkMaxBytes: 20_000, backoffMostMs: 500 });
  let going = true;
  const progress = { delivered: 0, doubts: 0 };
  const run = async () => {
    await made.output.open(never);
    const ids: string[] = [];
    for (let portion = 0; going; portion += 1) {
      const some = numberedIds(100, `${prefix}-${String(portion).padStart(4, '0')}`);
      const report = await made.output.write(makeDocuments(dataStream, some), {
        signal: never,
        uncertain: false,
      });
      progress.delivered += report.delivered;
      progress.doubts += report.possiblyDuplicate;
      ids.push(...some);
    }
    return ids;
  };
  const running = run();
  // A test that fails must not leave it writing for ever.
  closing.push(async () => {
    going = false;
    await made.output.close();
    await running.catch(() => undefined);
  });
  return {
    ...made,
    progress,
    end: () => {
      going = false;
      return running;
    },
  };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
};

(canStartNode ? describe : describe.skip)('when Elasticsearch goes away', () => {
  beforeAll(async () => {
    node.start();
    await ask('PUT', '/_index_template/restart', {
      index_patterns: [dataStream],
      data_stream: {},
      template: { settings: { number_of_replicas: 0 } },
    });
  });

  afterAll(() => node.stop());

  test('killed and started again, then rolled over: every document is there once', async () => {
    const writing = await writeSteadily('killed');
    await until(() => writing.progress.delivered > 500);
    node.kill();
    await until(() => writing.log.lines.some(({ level }) => level !== 'info'));
    node.restart();
    await ask('POST', `/${dataStream}/_rollover`);
    const before = writing.progress.delivered;
    await until(() => writing.progress.delivered > before + 500);
    const ids = await writing.end();
    expect(writing.progress.delivered).toBe(ids.length);
    const stored = await storedIds();
    expect([...new Set(stored)]).toEqual(ids.sort());
    expect(countRepeated(stored)).toBeLessThanOrEqual(writing.progress.doubts);
    if (!createsOnly) expect(writing.progress.doubts).toBe(0);
  });

  test('standing still until the request is given up: what it does afterwards is not done twice', async () => {
    const earlier = await storedIds();
    const writing = await writeSteadily('frozen');
    await until(() => writing.progress.delivered > 300);
    node.freeze();
    await until(() => writing.log.lines.some(({ level }) => level !== 'info'));
    node.thaw();
    await ask('POST', `/${dataStream}/_rollover`);
    const before = writing.progress.delivered;
    await until(() => writing.progress.delivered > before + 300);
    const ids = await writing.end();
    const stored = await storedIds();
    expect([...new Set(stored)]).toEqual([...new Set([...earlier, ...ids])].sort());
    expect(countRepeated(stored) - countRepeated(earlier)).toBeLessThanOrEqual(writing.progress.doubts);
    if (!createsOnly) expect(writing.progress.doubts).toBe(0);
  });

  test.each(['read_only', 'read_only_allow_delete'])(
    'with the whole cluster %s: that is said, by delivery and by check, and documents wait for its end',
    async (block) => {
      const setBlock = (value: true | null) =>
        ask('PUT', '/_cluster/settings', { persistent: { [`cluster.blocks.${block}`]: value } });
      const writing = await writeSteadily(block);
      await until(() => writing.progress.delivered > 300);
      await setBlock(true);
      try {
        await until(() => writing.log.lines.some(({ level }) => level !== 'info'));
        const first = writing.log.lines.find(({ level }) => level !== 'info');
        expect(first).toMatchObject({
          level: 'error',
          message: expect.stringMatching(/cluster read-only.* set cluster\.blocks\.read_only .* to null/),
        });
        expect(first?.message).not.toContain('privilege');
        const connection = await connect({ hosts: [node.url], proxyDisable: true });
        const findings = await checkElasticsearch(
          connection,
          { dataStreams: [dataStream], raw: new Set() },
          never,
        );
        await connection.close();
        expect(findings.find(({ name }) => name === 'blocks')).toMatchObject({
          state: 'problem',
          message: expect.stringMatching(/^The cluster is blocked: cluster read-only/),
          advice: expect.stringContaining('cluster.blocks.read_only'),
        });
      } finally {
        await setBlock(null);
      }
      const before = writing.progress.delivered;
      await until(() => writing.progress.delivered > before + 300);
      await writing.end();
    },
  );
});
