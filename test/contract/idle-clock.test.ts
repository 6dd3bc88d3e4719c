import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { request } from 'undici';
import { IdleClock } from './idle-clock.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(answer: (end: () => void) => void): Promise<string> {
  const server = createServer((_, response) => answer(() => response.end('done')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

const hour = 3_600_000;

test('goes from one sleeper to the next, in order, and passes none', async () => {
  const clock = new IdleClock(0);
  const woken: [string, number][] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push([name, clock.now()]);
  };
  void sleep('last', 3 * hour);
  void sleep('first', hour).then(() => sleep('between', hour));
  await clock.until(() => woken.length === 3);
  expect(woken).toEqual([
    ['first', hour],
    ['between', 2 * hour],
    ['last', 3 * hour],
  ]);
});

test('looks before it passes, so that nothing is missed between', async () => {
  const clock = new IdleClock(0);
  let state = 'asleep';
  const run = async () => {
    await clock.sleep(hour);
    state = 'awake for a second';
    await clock.sleep(1000);
    state = 'asleep again';
  };
  const running = run();
  await clock.until(() => state === 'awake for a second');
  expect(clock.now()).toBe(hour);
  await clock.during(running);
});

test('stands still while a request is being answered', async () => {
  const clock = new IdleClock(0);
  // Many rounds without a sign of life, and yet fewer than it takes for a request to count as hanging.
  const url = await serve((end) => setTimeout(end, 50));
  let told = false;
  void clock.sleep(hour).then(() => {
    told = true;
  });
  const asked = async () => (await (await request(url)).body.text()) === 'done';
  expect(await clock.during(asked())).toBe(true);
  expect([clock.now(), told]).toEqual([0, false]);
});

test('goes on where a request hangs', async () => {
  const clock = new IdleClock(0);
  const url = await serve(() => {});
  const left = new AbortController();
  const hanging = request(url, { signal: left.signal }).catch(() => 'left');
  await clock.pass(hour);
  expect(clock.now()).toBe(hour);
  left.abort();
  expect(await hanging).toBe('left');
});

test('gives up a sleep with its signal, and says how many sleep', async () => {
  const clock = new IdleClock(0);
  const stop = new AbortController();
  const sleeping = clock.sleep(hour, stop.signal);
  expect(clock.sleeping).toBe(1);
  stop.abort(new Error('enough'));
  await expect(sleeping).rejects.toThrow('enough');
  expect(clock.sleeping).toBe(0);
});

test('says what it waited for in vain', async () => {
  const clock = new IdleClock(0);
  const stop = new AbortController();
  const poll = async () => {
    for (;;) await clock.sleep(10 * 24 * hour, stop.signal);
  };
  const polling = poll().catch(() => undefined);
  await expect(clock.until(() => false, 'it rains')).rejects.toThrow('waited in vain until it rains');
  stop.abort();
  await polling;
});
