// Exactly once, against a real Elasticsearch behind a proxy that breaks every third request, while the data stream is
// rolled over at the worst moments; with a key that cannot look, every second copy is counted. M365_SEED repeats the faults, not their order among four workers.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { countRepeated } from '../count-repeated.ts';
import { makeDocuments, makeOutput, never, numberedIds } from '../outputs/elasticsearch/harness.ts';
import { ask, clusterUrl, dropDataStream, makeDataStream, storedIds } from './cluster.ts';
import { type FaultProxy, faults } from './fault-proxy.ts';
import { createsOnly, openFront } from './front.ts';

const seed = Number(process.env.M365_SEED ?? Date.now() % 1_000_000);

/** Mulberry32. */
function seeded(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many rollovers at most: every backing index makes each later search slower. */
const mostRollovers = 20;

describe(`everything once, whatever breaks (M365_SEED=${seed})`, () => {
  let dataStream: string;
  let proxy: FaultProxy;
  const rollovers: Promise<unknown>[] = [];

  beforeAll(async () => {
    dataStream = await makeDataStream();
    const random = seeded(seed);
    proxy = await openFront(clusterUrl, (path) => {
      const fault = path === '/' || random() < 0.6 ? 'pass' : faults[Math.floor(random() * faults.length)];
      // The worst moment: while a request is at work whose answer will not arrive.
      if (path.includes('_bulk') && fault !== 'pass' && rollovers.length < mostRollovers)
        rollovers.push(ask('POST', `/${dataStream}/_rollover`));
      return fault ?? 'pass';
    });
  });

  afterAll(async () => {
    await proxy.close();
    await dropDataStream(dataStream);
  });

  test('delivers 3,000 documents', async () => {
    const { output } = makeOutput({
      hosts: [proxy.url],
      bulkMaxBytes: 5_000,
      workers: 4,
      backoffMostMs: 300,
    });
    await output.open(never);
    const ids = numberedIds(3000);
    const reports = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        output.write(makeDocuments(dataStream, ids.slice(index * 50, index * 50 + 50)), {
          signal: never,
          uncertain: index % 5 === 0,
        }),
      ),
    );
    await output.close();
    await Promise.all(rollovers);
    const stored = await storedIds(dataStream);
    expect([...new Set(stored)]).toEqual(ids);
    const sum = (pick: (report: (typeof reports)[number]) => number) =>
      reports.reduce((total, report) => total + pick(report), 0);
    const doubts = sum(({ possiblyDuplicate }) => possiblyDuplicate);
    expect(countRepeated(stored)).toBeLessThanOrEqual(doubts);
    expect(sum(({ delivered, duplicate }) => delivered + duplicate)).toBe(3000);
    if (createsOnly) expect(doubts).toBeGreaterThan(0);
    else expect([doubts, sum(({ duplicate }) => duplicate)]).toEqual([0, 0]);
    expect(rollovers.length).toBeGreaterThan(5);
    expect(proxy.counts.size).toBeGreaterThan(faults.length / 2);
  });
});
