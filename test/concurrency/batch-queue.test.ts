import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { BatchQueue } from '../../input/concurrency/batch-queue.ts';
import { recordsOf } from '../../input/contract/records.ts';
import type { Batch } from '../../input/contract/source.ts';

const never = new AbortController().signal;
const feed = { tenant: 'tenant', source: 'management-activity', name: 'Audit.General' };
const times = { createdAt: '2026-11-20T10:00:00Z', fetchedAt: '2026-11-20T10:00:00Z' };

const makeBatch = (contentId: string): Batch => ({
  origin: { feed, ...times, position: contentId, backfill: false },
  records: recordsOf(['{}']),
  uncertain: false,
  settle: async () => {},
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

/** Takes a batch in a function of its own, so that nothing in the test holds it afterwards. */
async function takeOne(batches: AsyncIterator<Batch>): Promise<WeakRef<Batch>> {
  const { value } = await batches.next();
  return new WeakRef(value);
}

test('who waits for the next batch holds the last one no more', async () => {
  const queue = new BatchQueue();
  const batches = queue.drain(never, async () => {});
  queue.put(makeBatch('a'));
  const taken = await takeOne(batches);
  const next = batches.next();
  await new Promise(setImmediate);
  collectGarbage();
  expect(taken.deref()).toBeUndefined();
  queue.end();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('it is finished once, whether it ended, failed, was stopped or left', async () => {
  const stop = new AbortController();
  const endings: ((queue: BatchQueue, batches: AsyncIterator<Batch>) => unknown)[] = [
    (queue) => queue.end(),
    (queue) => queue.fail(new Error('refused')),
    () => stop.abort(),
    (_, batches) => batches.return?.(),
  ];
  for (const end of endings) {
    const queue = new BatchQueue();
    let finished = 0;
    const batches = queue.drain(stop.signal, async () => {
      finished += 1;
    });
    const next = batches.next().catch((error: Error) => error.message);
    await end(queue, batches);
    if (end === endings[3]) queue.end();
    await next;
    expect(await batches.next().catch((error: Error) => error.message)).toBeDefined();
    expect(finished).toBe(1);
  }
});
