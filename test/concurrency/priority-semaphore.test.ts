import { expect, test } from '@jest/globals';
import { PrioritySemaphore } from '../../input/concurrency/priority-semaphore.ts';
import { ManualClock } from '../http/manual-clock.ts';

const never = new AbortController().signal;

/** Runs work that goes on until it is told to end. */
function hold(semaphore: PrioritySemaphore, begun: string[], name: string, signal = never) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = semaphore.run(signal, async () => {
    begun.push(name);
    await promise;
    return name;
  });
  return { done, end: resolve };
}

test('only so many begin at once, and the others in the order in which they came', async () => {
  const clock = new ManualClock();
  const semaphore = new PrioritySemaphore({ clock, permits: 2 });
  const begun: string[] = [];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => hold(semaphore, begun, name));
  await clock.advance(0);
  expect(begun).toEqual(['a', 'b']);
  b?.end();
  expect(await b?.done).toBe('b');
  await clock.advance(0);
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const each of [a, c, d]) each?.end();
  expect(await Promise.all([a?.done, c?.done, d?.done])).toEqual(['a', 'c', 'd']);
  expect(clock.sleeping).toBe(0);
});

test('what can wait begins when nothing else waits', async () => {
  const clock = new ManualClock();
  const semaphore = new PrioritySemaphore({ clock, permits: 1 });
  const begun: string[] = [];
  const work = (name: string) => async () => {
    begun.push(name);
  };
  await Promise.all([
    semaphore.run(never, work('first')),
    semaphore.run(never, work('history'), { canWait: true }),
    semaphore.run(never, work('second')),
    semaphore.run(never, work('third')),
  ]);
  expect(begun).toEqual(['first', 'second', 'third', 'history']);
});

test('what can wait holds only part of the places, for longer', async () => {
  const clock = new ManualClock();
  const semaphore = new PrioritySemaphore({
    clock,
    permits: 3,
    lowPriorityPermits: 1,
    holdMs: 500,
    lowPriorityHoldMs: 2000,
  });
  const begun: string[] = [];
  const wait = (name: string) =>
    semaphore.run(never, () => new Promise(() => begun.push(name)), { canWait: true });
  void wait('old');
  void wait('older');
  await clock.advance(0);
  expect(begun).toEqual(['old']);
  for (const name of ['a', 'b', 'c']) hold(semaphore, begun, name);
  await clock.advance(499);
  expect(begun).toEqual(['old', 'a', 'b']);
  await clock.advance(1500);
  expect(begun).toEqual(['old', 'a', 'b', 'c']);
  await clock.advance(1);
  expect(begun).toEqual(['old', 'a', 'b', 'c', 'older']);
});

test('who waits for a slow server goes on, but keeps nobody waiting', async () => {
  const clock = new ManualClock();
  const semaphore = new PrioritySemaphore({ clock, permits: 1, holdMs: 500 });
  const begun: string[] = [];
  const [slow, next, last] = ['slow', 'next', 'last'].map((name) => hold(semaphore, begun, name));
  await clock.advance(499);
  expect(begun).toEqual(['slow']);
  await clock.advance(1);
  expect(begun).toEqual(['slow', 'next']);
  // The permit of the slow one had ended already, so its end frees none.
  slow?.end();
  expect(await slow?.done).toBe('slow');
  await clock.advance(0);
  expect(begun).toEqual(['slow', 'next']);
  next?.end();
  await clock.advance(0);
  expect(begun).toEqual(['slow', 'next', 'last']);
  last?.end();
  await last?.done;
});

test('a thousand tenants of five content types whose servers do not answer have all asked within a minute', async () => {
  const clock = new ManualClock();
  const semaphore = new PrioritySemaphore({ clock });
  const begun: string[] = [];
  for (let index = 0; index < 5000; index++) hold(semaphore, begun, String(index));
  await clock.advance(60_000);
  expect(begun).toHaveLength(5000);
});

test('work that is aborted leaves the queue, and work that fails passes its permit on', async () => {
  const clock = new ManualClock();
  const semaphore = new PrioritySemaphore({ clock, permits: 1 });
  const begun: string[] = [];
  const stop = new AbortController();
  const failing = semaphore.run(never, async () => {
    throw new Error('refused');
  });
  const [stopped, last] = [hold(semaphore, begun, 'stopped', stop.signal), hold(semaphore, begun, 'last')];
  stop.abort(new Error('stopping'));
  await expect(stopped.done).rejects.toThrow('stopping');
  await expect(failing).rejects.toThrow('refused');
  await clock.advance(0);
  expect(begun).toEqual(['last']);
  last.end();
  await last.done;
  await expect(semaphore.run(stop.signal, async () => 1)).rejects.toThrow('stopping');
});
