import { expect, test } from '@jest/globals';
import { Turns } from '../../input/concurrency/turns.ts';
import { ManualClock } from '../http/manual-clock.ts';

const never = new AbortController().signal;

/** Work that goes on until it is told to end. */
function hold(turns: Turns, begun: string[], name: string, signal = never) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = turns.run(signal, async () => {
    begun.push(name);
    await promise;
    return name;
  });
  return { done, end: resolve };
}

test('only so many begin at once, and the others in the order in which they came', async () => {
  const clock = new ManualClock();
  const turns = new Turns({ clock, places: 2 });
  const begun: string[] = [];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => hold(turns, begun, name));
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
  const turns = new Turns({ clock, places: 1 });
  const begun: string[] = [];
  const work = (name: string) => async () => {
    begun.push(name);
  };
  await Promise.all([
    turns.run(never, work('first')),
    turns.run(never, work('history'), { canWait: true }),
    turns.run(never, work('second')),
    turns.run(never, work('third')),
  ]);
  expect(begun).toEqual(['first', 'second', 'third', 'history']);
});

test('what can wait holds only part of the places, for longer', async () => {
  const clock = new ManualClock();
  const turns = new Turns({ clock, places: 3, patientPlaces: 1, longestMs: 500, patientLongestMs: 2000 });
  const begun: string[] = [];
  const wait = (name: string) =>
    turns.run(never, () => new Promise(() => begun.push(name)), { canWait: true });
  void wait('old');
  void wait('older');
  await clock.advance(0);
  expect(begun).toEqual(['old']);
  for (const name of ['a', 'b', 'c']) hold(turns, begun, name);
  await clock.advance(499);
  expect(begun).toEqual(['old', 'a', 'b']);
  await clock.advance(1500);
  expect(begun).toEqual(['old', 'a', 'b', 'c']);
  await clock.advance(1);
  expect(begun).toEqual(['old', 'a', 'b', 'c', 'older']);
});

test('who waits for a slow server goes on, but keeps nobody waiting', async () => {
  const clock = new ManualClock();
  const turns = new Turns({ clock, places: 1, longestMs: 500 });
  const begun: string[] = [];
  const [slow, next, last] = ['slow', 'next', 'last'].map((name) => hold(turns, begun, name));
  await clock.advance(499);
  expect(begun).toEqual(['slow']);
  await clock.advance(1);
  expect(begun).toEqual(['slow', 'next']);
  // The turn of the slow one was over already: its end makes no room.
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
  const turns = new Turns({ clock });
  const begun: string[] = [];
  for (let index = 0; index < 5000; index++) hold(turns, begun, String(index));
  await clock.advance(60_000);
  expect(begun).toHaveLength(5000);
});

test('who is stopped leaves the line, and what fails gives its turn on', async () => {
  const clock = new ManualClock();
  const turns = new Turns({ clock, places: 1 });
  const begun: string[] = [];
  const stop = new AbortController();
  const failing = turns.run(never, async () => {
    throw new Error('refused');
  });
  const [stopped, last] = [hold(turns, begun, 'stopped', stop.signal), hold(turns, begun, 'last')];
  stop.abort(new Error('stopping'));
  await expect(stopped.done).rejects.toThrow('stopping');
  await expect(failing).rejects.toThrow('refused');
  await clock.advance(0);
  expect(begun).toEqual(['last']);
  last.end();
  await last.done;
  await expect(turns.run(stop.signal, async () => 1)).rejects.toThrow('stopping');
});
