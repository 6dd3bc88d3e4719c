import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeDocuments, makeOutput, never, numberedIds } from '../outputs/elasticsearch/harness.ts';
import { ask, clusterUrl, dropDataStream, makeDataStream, storedIds } from './cluster.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { createsOnly, openFront } from './front.ts';

let dataStream: string;
let front: FaultProxy;
let made: ReturnType<typeof makeOutput>;

beforeEach(async () => {
  dataStream = await makeDataStream({ properties: { source: { properties: { ip: { type: 'ip' } } } } });
  front = await openFront(clusterUrl);
  made = makeOutput({ hosts: [front.url] });
  await made.output.open(never);
});

afterEach(async () => {
  await made.output.close();
  await front.close();
  await dropDataStream(dataStream);
});

/** Of an uncertain document nobody knows who may have sent it, and when. */
const write = (ids: readonly string[], { uncertain = false, fields = {} } = {}) =>
  made.output.write(makeDocuments(dataStream, ids, fields), {
    signal: never,
    uncertain,
    sentEarlier: new Map(uncertain ? ids.map((id) => [id, { byOthers: true }]) : []),
  });

/** What is reported where nothing could be looked at, and another backing index took everything. */
const sentInDoubt = (count: number) => ({ delivered: count, duplicate: 0, possiblyDuplicate: count });

describe('delivery into a data stream', () => {
  test('creates every document once and reports it', async () => {
    const ids = numberedIds(2500);
    expect(await write(ids)).toEqual({ delivered: 2500, duplicate: 0, possiblyDuplicate: 0, rejected: [] });
    expect(await storedIds(dataStream)).toEqual(ids);
  });

  test('takes a document that is there already for a duplicate', async () => {
    await write(['a', 'b']);
    expect(await write(['b', 'c'])).toMatchObject({ delivered: 1, duplicate: 1 });
    expect(await storedIds(dataStream)).toEqual(['a', 'b', 'c']);
  });

  test('names what the mapping refuses, by its index, and delivers the rest', async () => {
    const documents = [
      ...makeDocuments(dataStream, ['good']),
      ...makeDocuments(dataStream, ['bad'], { source: { ip: 'not an address' } }),
    ];
    const report = await made.output.write(documents, { signal: never, uncertain: false });
    expect(report).toMatchObject({
      delivered: 1,
      rejected: [{ index: 1, type: 'document_parsing_exception' }],
    });
    expect(report.rejected[0]?.reason).toContain("'not an address' is not an IP string literal");
  });

  test('finds documents of an unknown attempt in the backing index before a rollover', async () => {
    await write(['a', 'b']);
    await ask('POST', `/${dataStream}/_rollover`);
    const report = await write(['a', 'b', 'c'], { uncertain: true });
    expect(report).toMatchObject(createsOnly ? sentInDoubt(3) : { delivered: 1, duplicate: 2 });
    const stored = createsOnly ? ['a', 'a', 'b', 'b', 'c'] : ['a', 'b', 'c'];
    expect(await storedIds(dataStream)).toEqual(stored);
  });

  test('finds documents that no refresh has made visible yet', async () => {
    await write(['first']);
    await ask('PUT', `/${dataStream}/_settings`, { index: { refresh_interval: '-1' } });
    await write(['a']);
    await ask('POST', `/${dataStream}/_rollover`);
    const report = await write(['a', 'b'], { uncertain: true });
    expect(report).toMatchObject(createsOnly ? sentInDoubt(2) : { delivered: 1, duplicate: 1 });
    const stored = createsOnly ? ['a', 'a', 'b', 'first'] : ['a', 'b', 'first'];
    expect(await storedIds(dataStream)).toEqual(stored);
  });

  test('finds all of them where some are stored twice', async () => {
    const ids = numberedIds(20);
    await write(ids);
    await ask('POST', `/${dataStream}/_rollover`);
    await write(ids);
    const report = await write([...ids, 'new'], { uncertain: true });
    // Without a look only the newest index tells, and only of itself.
    const possiblyDuplicate = createsOnly ? 1 : 0;
    expect(report).toMatchObject({ delivered: 1, duplicate: 20, possiblyDuplicate });
    expect(await storedIds(dataStream)).toHaveLength(41);
  });

  test('looks in vain where the data stream does not exist yet', async () => {
    const report = await write(['a'], { uncertain: true });
    expect(report).toEqual({ delivered: 1, duplicate: 0, possiblyDuplicate: 0, rejected: [] });
  });

  test('asks for nothing else where the key may only create, and says once that it cannot look', async () => {
    await write(['a']);
    await ask('POST', `/${dataStream}/_rollover`);
    for (const id of ['b', 'c', 'd']) await write([id], { uncertain: true });
    const looks = [
      `GET /_data_stream/${dataStream}`,
      `POST /${dataStream}/_refresh`,
      `POST /${dataStream}/_search`,
    ];
    expect(front.refused.toSorted()).toEqual(createsOnly ? looks : []);
    expect(made.log.lines.map(({ level }) => level)).toEqual(createsOnly ? ['info'] : []);
    expect(made.reports).toEqual([]);
  });

  test('waits for a template instead of making an index or dropping anything', async () => {
    const name = `${dataStream}2`;
    const waiting = made.output.write(makeDocuments(name, ['a']), { signal: never, uncertain: false });
    const error = () => made.log.lines.find(({ level }) => level === 'error');
    while (!error()) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(error()?.message).toContain('m365 setup');
    expect(made.reports[0]).toMatchObject({ health: 'degraded', code: 'elasticsearch-template' });
    expect((await ask('HEAD', `/${name}`)).status).toBe(404);
    await ask('PUT', `/_index_template/${name}`, { index_patterns: [name], priority: 901, data_stream: {} });
    expect(await waiting).toMatchObject({ delivered: 1 });
    expect(made.reports.at(-1)).toMatchObject({ health: 'healthy' });
    await dropDataStream(name);
  });

  test('one data stream that cannot be written to does not hold up another', async () => {
    const abandon = new AbortController();
    const stuck = made.output.write(makeDocuments(`${dataStream}2`, ['a']), {
      signal: abandon.signal,
      uncertain: false,
    });
    expect(await write(['b'])).toMatchObject({ delivered: 1 });
    abandon.abort(new Error('given up'));
    await expect(stuck).rejects.toThrow('given up');
  });
});
