// Foreign documents: while a data stream holds any of the last days, each record is looked up before it is sent; where
// there are none, that costs one search.

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../../input/contract/clock.ts';
import { dayMs } from '../../../input/contract/time.ts';
import { openLedger } from '../../../input/state/sqlite/sqlite-ledger.ts';
import { noon, recordingLog, temporaryFolder } from '../../state/state-folder.ts';
import { makeDocuments, makeOutput, never } from './harness.ts';
import { StandIn } from './stand-in.ts';

const dataStream = 'logs-o365.audit-test';
let server: StandIn;
let made: ReturnType<typeof makeOutput>;
let looks: number;

beforeEach(async () => {
  server = await new StandIn().listen();
  made = makeOutput({ hosts: [server.url] });
  await made.output.open(never);
  looks = 0;
});

afterEach(async () => {
  await made.output.close();
  await server.close();
});

const named = (name: string, id: string, more: object = {}) => ({
  _id: name,
  fields: { 'event.id': [id], 'organization.id': ['FEED'], ...more },
});
const theirs = named('q0Xb1a=', '1');
const ours = named('feed:1', '1');

/** `sample`: the documents of the data stream; each look-up of single records finds the first of these. */
function holds(...sample: object[]): void {
  server.answers.set('/_search', ({ body }, { reply }) => {
    const isSample = body.includes('function_score');
    if (!isSample) looks += 1;
    reply(200, { timed_out: false, hits: { hits: isSample ? sample : sample.slice(0, 1) } });
  });
}

const write = (ids: readonly string[], raw = false) =>
  made.output.write(makeDocuments(dataStream, ids), { signal: never, uncertain: false, raw });

test('records are looked for where others stored some, and only those that are not there are sent', async () => {
  holds(theirs, ours);
  expect(await write(['feed:1', 'feed:2'])).toMatchObject({ delivered: 1, duplicate: 1, takenOver: 1 });
  expect(await write(['feed:3'])).toMatchObject({ delivered: 1, duplicate: 0 });
  expect(server.bulks.map(({ ids }) => ids)).toEqual([['feed:2'], ['feed:3']]);
  expect(looks).toBe(2);
  // Documents that others stored a while ago are visible by themselves.
  expect(server.seen.some(({ path }) => path.endsWith('/_refresh') || path.endsWith('/_tasks'))).toBe(false);
});

test('a record of another tenant with the same Id is another record', async () => {
  holds(theirs);
  expect(await write(['beef:1'])).toMatchObject({ delivered: 1, duplicate: 0 });
});

test.each([
  ['only our own documents are there', [ours, named('h:abc', 'long')]],
  ['nothing is there', []],
])('nothing is looked for where %s', async (_, sample) => {
  holds(...sample);
  for (const id of ['feed:7', 'feed:8']) expect(await write([id])).toMatchObject({ delivered: 1 });
  expect(looks).toBe(0);
  expect(server.seen.filter(({ path }) => path.endsWith('/_search'))).toHaveLength(1);
});

test.each([7, 30])(
  'where sources reach back %i days, documents are looked at for a day more',
  async (days) => {
    using folder = temporaryFolder();
    const clock = { now: () => noon, sleep: systemClock.sleep };
    const ledger = await openLedger({
      folder: folder.path,
      clock,
      log: recordingLog(),
      reachMs: days * dayMs,
    });
    const rememberedSince = (now: number) => ledger.rememberedSince(now);
    const reaching = makeOutput({ hosts: [server.url] }, { clock, rememberedSince });
    await reaching.output.open(never);
    holds();
    await reaching.output.write(makeDocuments(dataStream, ['feed:1']), { signal: never, uncertain: false });
    await reaching.output.close();
    await ledger.close();
    const [search] = server.seen.filter(({ path }) => path.endsWith('/_search'));
    const since = JSON.parse(search?.body ?? '').query.function_score.query.bool.should;
    for (const field of ['event.created', 'event.ingested', '@timestamp'])
      expect(since).toContainEqual({
        range: { [field]: { gte: noon - (days + 1) * dayMs, format: 'epoch_millis' } },
      });
  },
);

test('a key that may not search sends as ever', async () => {
  server.answers.set('/_search', (_, { reply }) =>
    reply(403, { error: { type: 'security_exception', reason: 'no' } }),
  );
  expect(await write(['feed:1'])).toMatchObject({ delivered: 1, possiblyDuplicate: 0 });
});

test.each([
  ['what raw records became', theirs, 0],
  ['what an agent of the owner sent', named('q0Xb1a=', '1', { 'agent.id': ['a'] }), 1],
  ['what was mapped here before', ours, 1],
])('of raw records, %s is looked for so often: %#', async (_, hit, times) => {
  holds(hit);
  expect(await write(['feed:1'], true)).toMatchObject({ delivered: 1 - times, duplicate: times });
  expect(looks).toBe(times);
});

test('a request that was refused is sent again without another look', async () => {
  holds(theirs);
  server.bulkFaults.push((_, { reply }) => reply(429, {}));
  expect(await write(['feed:2'])).toMatchObject({ delivered: 1 });
  expect([looks, server.bulks.length]).toEqual([1, 2]);
});
