// A proxy holds a bulk request back, tells nobody, and delivers it after the same documents were sent again and the data
// stream was rolled over: nothing refuses the second copies. They are found, named, and deleted where they are equal.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../input/emulator/index.ts';
import { run } from '../cli/command.ts';
import { makeWorkplace, streamFor, type Workplace } from '../end-to-end/harness.ts';
import { ask, clusterUrl, putSmallestTemplate } from './cluster.ts';

const records = 60;
const namespace = `held${randomUUID().slice(0, 8)}`;
const dataStream = `logs-o365.audit-${namespace}`;

interface HeldRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const held: HeldRequest[] = [];

async function forward({ path, headers, body }: HeldRequest, method: string): Promise<Response> {
  const kept = ['content-type', 'content-encoding', 'x-opaque-id', 'accept'];
  const sent = Object.entries(headers).filter(([name]) => kept.includes(name));
  return fetch(`${clusterUrl}${path}`, {
    method,
    headers: Object.fromEntries(sent.map(([name, value]) => [name, String(value)])),
    ...(body.length > 0 && { body: Uint8Array.from(body) }),
  });
}

/** The first bulk request is held back, its connection broken; all others pass. */
const proxy = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = 'GET', url: path = '/', headers } = request;
  const exchange = { path, headers, body: Buffer.concat(chunks) };
  if (path.includes('/_bulk') && held.length === 0) {
    held.push(exchange);
    return void response.destroy();
  }
  const answer = await forward(exchange, method);
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'x-elastic-product': 'Elasticsearch',
  });
  response.end(method === 'HEAD' ? undefined : Buffer.from(await answer.arrayBuffer()));
});

let emulator: Emulator;
let place: Workplace;

beforeAll(async () => {
  await putSmallestTemplate(dataStream);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  emulator = await startEmulator({
    startCooldown: 'off',
    tenants: [{ content: { records, days: 1, recordsPerBlob: 60, ratePerMinute: 0 } }],
  });
  const { port } = proxy.address() as AddressInfo;
  place = await makeWorkplace({
    streams: [streamFor(emulator)],
    output: { type: 'elasticsearch', hosts: [`http://127.0.0.1:${port}`], 'backoff.init': '100ms' },
    namespace,
  });
});

afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await emulator.close();
  await place.remove();
  await ask('DELETE', `/_data_stream/${dataStream}`);
  await ask('DELETE', `/_index_template/${dataStream}`);
});

const withPolicy = (...words: string[]) => run([...words, '--policy', place.policy]);
const countDocuments = async () => {
  await ask('POST', `/${dataStream}/_refresh`);
  return (await ask('GET', `/${dataStream}/_count`)).body.count;
};
/** How many documents the request held back, by its lines. */
let copies = 0;

describe('a bulk request that arrives after it was sent again and a rollover', () => {
  test('doubles what it holds, and prove --records says so', async () => {
    expect((await withPolicy('run', '--once', '--force')).code).toBe(0);
    expect(await countDocuments()).toBe(records);
    await ask('POST', `/${dataStream}/_rollover`);
    const [late] = held;
    if (!late) throw new Error('no bulk request was held back');
    const { items } = (await (await forward({ ...late, path: `/${dataStream}/_bulk` }, 'POST')).json()) as {
      items: { create: { status: number } }[];
    };
    copies = items.filter(({ create }) => create.status === 201).length;
    expect(copies).toBeGreaterThan(0);
    const { code, stdout } = await withPolicy('prove', '--to', '0s', '--records');
    expect([code, stdout]).toEqual([1, expect.stringContaining('more than one document in Elasticsearch')]);
    expect(stdout).toContain('m365 deduplicate');
  });

  test('deduplicate prints the deletes and changes nothing', async () => {
    const { code, stdout } = await withPolicy('deduplicate');
    expect([code, stdout]).toEqual([1, expect.stringContaining(`${copies} documents equal an earlier one`)]);
    expect(stdout).toMatch(/^POST _bulk\?refresh\n\{"delete":\{"_index":"\.ds-/);
    expect(stdout.match(/^\{"delete":.*"if_seq_no":\d+/gm)).toHaveLength(copies);
    expect(await countDocuments()).toBe(records + copies);
  });

  test('--delete deletes the copies, and nothing that differs from the first', async () => {
    const { body } = await ask('POST', `/${dataStream}/_search`, { size: 1 });
    const [{ _source }] = body.hits.hits;
    const changed = { ..._source, message: 'as another collector saw it' };
    await ask('PUT', `/${dataStream}/_create/another?refresh=true`, changed);
    const { code, stdout } = await withPolicy('deduplicate', '--delete');
    expect([code, stdout]).toEqual([1, expect.stringContaining(`${copies} deleted of ${copies} documents`)]);
    expect(stdout).toMatch(/\/another differs from \.ds-.*; left alone/);
    expect(await countDocuments()).toBe(records + 1);
    await ask('POST', `/${dataStream}/_delete_by_query?refresh=true`, {
      query: { ids: { values: ['another'] } },
    });
    expect((await withPolicy('deduplicate')).code).toBe(0);
    const proved = await withPolicy('prove', '--to', '0s', '--records');
    expect(proved.code === 0 ? '' : proved.stdout).toBe('');
  });

  test('cannot be bound to the backing index it was meant for: Elasticsearch refuses', async () => {
    const { body } = await ask('GET', `/_data_stream/${dataStream}`);
    const indices: { index_name: string }[] = body.data_streams[0].indices;
    for (const { index_name } of indices) {
      const refused = await ask('PUT', `/${index_name}/_create/late`, {
        '@timestamp': '2026-01-01T00:00:00Z',
      });
      expect([refused.status, refused.body.error.reason]).toEqual([
        400,
        expect.stringContaining('disallowed'),
      ]);
    }
  });
});
