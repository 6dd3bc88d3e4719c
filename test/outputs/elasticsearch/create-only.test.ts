// Delivery with a key that may only create documents, as Fleet issues it: nothing can be looked at, and the backing index
// that answers tells whether a document can be there twice.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WriteOptions } from '../../../input/contract/output.ts';
import type { SqliteLedger } from '../../../input/state/sqlite/sqlite-ledger.ts';
import { openTestLedger, temporaryFolder } from '../../state/state-folder.ts';
import { makeDocuments, makeOutput, never } from './harness.ts';
import { StandIn, type StandInFault } from './stand-in.ts';

const dataStream = 'logs-o365.audit-test';
let folder: ReturnType<typeof temporaryFolder>;
let ledger: SqliteLedger;
let server: StandIn;
let made: ReturnType<typeof makeOutput>;

const forbidden: StandInFault = (_, { reply }) =>
  reply(403, { error: { type: 'security_exception', reason: 'action is unauthorized' } });
const lookPaths = ['/_search', '/_refresh', '/_index_template', `_data_stream/${dataStream}`, '/_mapping'];

beforeEach(async () => {
  folder = temporaryFolder();
  ledger = await openTestLedger(folder.path);
  server = await new StandIn().listen();
  for (const path of lookPaths) server.answers.set(path, forbidden);
  await start();
});

afterEach(async () => {
  await made.output.close();
  await server.close();
  await ledger.close();
  folder[Symbol.dispose]();
});

/** Starts an output anew, as another process would on the same ledger. */
async function start(): Promise<void> {
  await made?.output.close();
  made = makeOutput({ hosts: [server.url] }, { ledger: ledger.delivery });
  await made.output.open(never);
}

const write = (ids: readonly string[], options: Partial<WriteOptions> = {}) =>
  made.output.write(makeDocuments(dataStream, ids), { signal: never, uncertain: false, ...options });
/** `after`: the mark before an attempt of this ledger; without it, another one may have sent it. */
const writeAgain = (id: string, after?: number) =>
  write([id], { uncertain: true, sentEarlier: new Map([[id, { after, byOthers: after === undefined }]]) });

const rollOver = () => server.rollOver();
const loseAnswer: StandInFault = (_, { perform, cut }) => {
  perform();
  cut();
};
const loseRequest: StandInFault = (_, { cut }) => cut();
const then =
  (fault: StandInFault): StandInFault =>
  (seen, exchange) => {
    fault(seen, exchange);
    rollOver();
  };

describe('after an unknown outcome, in one process', () => {
  test.each([
    ['the answer was lost', [loseAnswer], 0],
    ['the request was lost', [loseRequest], 0],
    ['both, again and again', [loseRequest, loseAnswer, loseAnswer], 0],
    ['the answer was lost, then came a rollover', [then(loseAnswer)], 1],
    ['the request was lost, then came a rollover', [then(loseRequest)], 1],
    ['answers were lost on both sides of a rollover', [then(loseAnswer), loseAnswer], 1],
    ['a request was lost, a rollover came, an answer was lost', [then(loseRequest), loseAnswer], 1],
  ])('%s', async (_, faults, doubts) => {
    await write(['before']);
    rollOver();
    await write(['known']);
    server.bulkFaults.push(...faults);
    expect(await write(['a'])).toEqual({
      delivered: 1,
      duplicate: 0,
      possiblyDuplicate: doubts,
      rejected: [],
    });
    const copies = server.stored.filter((id) => id === 'a').length;
    expect(copies).toBeGreaterThanOrEqual(1);
    expect(copies - 1).toBeLessThanOrEqual(doubts);
  });

  test.each([
    ['takes', [loseRequest]],
    ['has', [loseRequest, loseAnswer]],
  ])('what the first generation %s is there once, whatever is known', async (_, faults) => {
    server.bulkFaults.push(...faults);
    expect(await write(['a'])).toMatchObject({ delivered: 1, possiblyDuplicate: 0 });
    expect(server.stored).toEqual(['a']);
  });

  test('the index before the first of several attempts counts', async () => {
    await write(['before']);
    rollOver();
    await write(['known']);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    server.answers.set('/_tasks', (_, { reply }) => void released.then(() => reply(200, { tasks: [] })));
    server.bulkFaults.push(then(loseAnswer));
    const writing = write(['a']);
    while (server.bulks.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await write(['acknowledged after the rollover'], { canWait: true });
    server.bulkFaults.push(loseRequest);
    release();
    expect(await writing).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
    expect(server.stored.filter((id) => id === 'a')).toHaveLength(2);
  });

  test('an answer that names no index proves nothing where none is known either', async () => {
    server.bulkFaults.push(loseRequest);
    server.judgeItem = (id) => ({ _id: id, status: 201 });
    expect(await write(['a'])).toMatchObject({ possiblyDuplicate: 1 });
  });

  test('a data stream of which no index is known is in doubt from its second generation on', async () => {
    rollOver();
    server.bulkFaults.push(loseRequest);
    expect(await write(['a'])).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
  });

  test.each([
    ['another data stream, as a pipeline may route it', '.ds-logs-other-test-2026.01.02-000001'],
    ['a failure store', '.fs-logs-o365.audit-test-2026.01.02-000001'],
    ['an index that is not named', undefined],
  ])('is in doubt where it was taken by %s', async (_, _index) => {
    await write(['known']);
    server.bulkFaults.push(loseRequest);
    server.judgeItem = (id) => ({ _index, _id: id, status: 201 });
    expect(await write(['a'])).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
  });

  test('what the failure store has now may have been taken before', async () => {
    server.bulkFaults.push(loseAnswer);
    await Promise.all([
      expect(write(['a'])).resolves.toMatchObject({
        possiblyDuplicate: 1,
        rejected: [{ type: 'failure_store' }],
      }),
      // Only the second request is judged.
      (async () => {
        while (server.bulks.length === 0) await new Promise((resolve) => setImmediate(resolve));
        server.judgeItem = () => ({ _index: '.fs-x', status: 201, failure_store: 'used' });
      })(),
    ]);
  });

  test.each([
    ['a mapped document under another name', false, 'a hash of the record', 1],
    ['a raw document under a name that its owner made of it', true, 'a hash of the record', 0],
    ['a raw document under a name that Elasticsearch made', true, 'XyC2qZ0BkL-3p_5tR7aQ', 1],
  ])('%s', async (_, raw, name, doubts) => {
    await write(['known'], { raw });
    server.bulkFaults.push(loseRequest);
    server.pipeline = () => ({ id: name, fields: {} });
    expect(await write(['a'], { raw })).toMatchObject({ possiblyDuplicate: doubts });
  });

  test('an answer that comes late from an older index does not hide the newer one', async () => {
    await write(['known']);
    let late: (() => void) | undefined;
    server.bulkFaults.push((_, { perform, reply }) => {
      const answer = perform();
      rollOver();
      late = () => reply(200, answer);
    });
    const slow = write(['slow']);
    while (!late) await new Promise((resolve) => setImmediate(resolve));
    await write(['newer']);
    late();
    await slow;
    server.bulkFaults.push(loseRequest);
    expect(await write(['a'])).toMatchObject({ possiblyDuplicate: 0 });
  });

  test('a data stream that was deleted begins anew', async () => {
    rollOver();
    rollOver();
    await write(['in the third']);
    server.indices = [new Map()];
    await write(['in the first of another']);
    rollOver();
    await write(['in its second']);
    server.bulkFaults.push(loseRequest);
    expect(await write(['a'])).toMatchObject({ possiblyDuplicate: 0 });
  });
});

describe('after the process was killed', () => {
  /** Delivers something under the second generation, and returns the mark of an attempt that begins then. */
  async function beginAttempt(): Promise<number> {
    await write(['before']);
    rollOver();
    await write(['known']);
    await ledger.delivery.commit({ keys: [] });
    const mark = 2;
    expect(await ledger.delivery.lastIndex({ cluster: 'a cluster', name: dataStream })).toBe(
      server.writeIndexOf(dataStream),
    );
    return mark;
  }

  test('what the same index takes now was not there, and what it has is there once', async () => {
    const mark = await beginAttempt();
    await write(['arrived']);
    await start();
    expect(await writeAgain('never arrived', mark)).toMatchObject({ delivered: 1, possiblyDuplicate: 0 });
    expect(await writeAgain('arrived', mark)).toMatchObject({ duplicate: 1, possiblyDuplicate: 0 });
  });

  test('an index that acknowledged only after the attempt had begun proves nothing of it', async () => {
    const mark = await beginAttempt();
    await write(['arrived']);
    rollOver();
    await write(['after']);
    await start();
    expect(await writeAgain('arrived', mark)).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
    expect(server.stored.filter((id) => id === 'arrived')).toHaveLength(2);
  });

  test('a second time, after a copy was sent on the other side of a rollover, the doubt is counted again', async () => {
    const mark = await beginAttempt();
    await write(['arrived']);
    rollOver();
    await start();
    await writeAgain('arrived', mark);
    // Killed before that was in the ledger.
    await start();
    expect(await writeAgain('arrived', mark)).toMatchObject({ duplicate: 1, possiblyDuplicate: 1 });
  });

  test('nothing is known of what another ledger may have sent', async () => {
    await beginAttempt();
    expect(await writeAgain('a')).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
    expect(await writeAgain('b', 0)).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
    expect(await writeAgain('known')).toMatchObject({ duplicate: 1, possiblyDuplicate: 0 });
  });

  test('an index of the same name in another cluster proves nothing', async () => {
    const mark = await beginAttempt();
    server.cluster = 'another cluster';
    await start();
    expect(await writeAgain('a', mark)).toMatchObject({ delivered: 1, possiblyDuplicate: 1 });
  });
});

describe('a key that may look', () => {
  test.each([
    ['what is there, and sends nothing', loseAnswer, 2],
    ['what is not there, and sends it', loseRequest, 3],
  ])('finds %s, also after a rollover, without a doubt', async (_, fault, bulks) => {
    server.answers.clear();
    await start();
    await write(['known']);
    server.bulkFaults.push(then(fault));
    expect(await write(['a'])).toMatchObject({ delivered: 1, possiblyDuplicate: 0 });
    expect(server.stored).toEqual(['a', 'known']);
    expect(server.bulks).toHaveLength(bulks);
  });
});

test('what is refused is asked once, and said once; then only bulk requests and tasks are sent', async () => {
  for (const id of ['a', 'b']) {
    server.bulkFaults.push(loseAnswer);
    expect(await write([id])).toMatchObject({ delivered: 1, possiblyDuplicate: 0 });
  }
  const asked = server.seen.filter(({ path }) => lookPaths.some((each) => path.endsWith(each)));
  const paths = asked.map(({ path }) => path).toSorted();
  expect(paths).toEqual(
    [`/_data_stream/${dataStream}`, `/${dataStream}/_refresh`, `/${dataStream}/_search`].toSorted(),
  );
  const said = made.log.lines.filter(({ message }) => message.includes('not look'));
  expect(said).toEqual([{ level: 'info', message: expect.stringContaining('read_api_key') }]);
  // The connections that broke were reported, and that it works again; nothing else is wrong.
  expect(made.reports.at(-1)).toMatchObject({ health: 'healthy' });
});
