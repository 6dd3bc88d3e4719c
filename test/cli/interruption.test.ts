import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { listenForInterruption, usualStopMs } from '../../input/cli/terminal/interruption.ts';

test('a signal asks for an orderly end; what takes too long is abandoned', async () => {
  let told = 0;
  using signals = listenForInterruption(() => {
    told += 1;
  }, 10);
  process.emit('SIGTERM');
  expect([signals.stop.aborted, signals.abandon.aborted, told]).toEqual([true, false, 1]);
  await once(signals.abandon, 'abort');
});

test('the same key press, passed on by npm, is no second signal', () => {
  let told = 0;
  using signals = listenForInterruption(() => {
    told += 1;
  });
  process.emit('SIGINT');
  process.emit('SIGINT');
  expect([signals.stop.aborted, told]).toEqual([true, 1]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s asks for an orderly end', (signal) => {
  using signals = listenForInterruption();
  process.emit(signal);
  expect([signals.stop.aborted, signals.abandon.aborted, signals.end.aborted]).toEqual([true, false, false]);
});

test('what is in flight is given up before the bound of the stop, and then the last report', async () => {
  using signals = listenForInterruption(() => undefined, 20);
  const order: string[] = [];
  signals.abandon.addEventListener('abort', () => order.push('abandon'));
  process.emit('SIGTERM');
  await once(signals.end, 'abort');
  expect(order).toEqual(['abandon']);
});

test('what deploy/ gives is more than the stop takes', () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', 'deploy', name), 'utf8');
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(read('m365.service'))?.[1]);
  expect(seconds * 1000).toBeGreaterThan(usualStopMs);
  const docker = Number(/Docker, which kills after (\d+) s/.exec(read('README.md'))?.[1]);
  expect(docker * 1000).toBeGreaterThan(usualStopMs);
  const bound = /# stop_timeout: (\d+)s/.exec(read('sample-policy.yml'))?.[1];
  expect(Number(bound) * 1000).toBe(usualStopMs);
});

test('signals are given back', () => {
  const before = process.listenerCount('SIGINT');
  listenForInterruption()[Symbol.dispose]();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
