import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../input/outputs/elasticsearch/connect/connection.ts';
import { countIds, recentIds } from '../../input/outputs/elasticsearch/stored/stored-ids.ts';
import { makeDocuments, makeOutput, never, numberedIds } from '../outputs/elasticsearch/harness.ts';
import { ask, clusterUrl, dropDataStream, makeDataStream } from './cluster.ts';

let connection: Connection;
let dataStream: string;

beforeEach(async () => {
  connection = await connect({ hosts: [clusterUrl], proxyDisable: true });
  dataStream = await makeDataStream();
});

afterEach(async () => {
  await connection.close();
  await dropDataStream(dataStream);
});

async function store(ids: readonly string[], timestamp?: string): Promise<void> {
  const { output } = makeOutput({ hosts: [clusterUrl] });
  await output.open(never);
  const documents = makeDocuments(
    dataStream,
    ids,
    timestamp === undefined ? {} : { '@timestamp': timestamp },
  );
  await output.write(documents, { signal: never, uncertain: false });
  await output.close();
}

describe('what is stored', () => {
  test('counts ids, copies and what is missing, over all backing indices', async () => {
    await store(['a', 'b']);
    await ask('POST', `/${dataStream}/_rollover`);
    await store(['b', 'c']);
    expect(await countIds(connection, dataStream, ['a', 'b', 'c', 'd'], never)).toEqual({
      distinct: 3,
      duplicated: new Map([['b', 2]]),
      missing: ['d'],
      complete: true,
    });
  });

  test('reads ids and times back page by page, oldest first, and none from before', async () => {
    const ids = numberedIds(10_050);
    await store(ids, '2026-01-02T03:04:05.678Z');
    await store(['old'], '2026-01-01T00:00:00Z');
    const read: string[] = [];
    const seconds = new Set<number>();
    const recent = { sinceMs: Date.parse('2026-01-02T00:00:00Z'), tenants: [] };
    for await (const key of recentIds(connection, dataStream, recent, never)) {
      read.push(key.id);
      seconds.add(key.seconds);
    }
    expect(read.sort()).toEqual(ids);
    expect([...seconds]).toEqual([Date.parse('2026-01-02T03:04:05Z') / 1000]);
  });

  test('reads back old records that were collected lately, and none that were collected long ago', async () => {
    const sinceMs = Date.parse('2026-03-01T00:00:00Z');
    const record = (id: string, event: object) => ({
      '@timestamp': '2026-01-01T00:00:00Z',
      event: { id, ...event },
    });
    const stored = {
      created: record('1', { created: '2026-03-02T00:00:00Z' }),
      ingested: record('2', { ingested: '2026-03-02T00:00:00Z' }),
      before: record('3', { created: '2026-02-02T00:00:00Z', ingested: '2026-02-02T00:00:00Z' }),
    };
    for (const [id, document] of Object.entries(stored))
      await ask('PUT', `/${dataStream}/_create/${id}?refresh=true`, document);
    const read: string[] = [];
    const recent = { sinceMs, tenants: ['t'] };
    for await (const { id } of recentIds(connection, dataStream, recent, never)) read.push(id);
    expect(read.sort()).toEqual(['t:1', 't:2']);
  });

  test('a data stream that is not there holds nothing', async () => {
    expect(await countIds(connection, `${dataStream}2`, ['a'], never)).toMatchObject({
      distinct: 0,
      missing: ['a'],
    });
    const keys = recentIds(connection, `${dataStream}2`, { sinceMs: 0, tenants: [] }, never);
    expect(await keys.next()).toMatchObject({ done: true });
  });
});
