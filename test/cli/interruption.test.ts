import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { listenForInterruption } from '../../input/cli/interruption.ts';

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

test('signals are given back', () => {
  const before = process.listenerCount('SIGINT');
  listenForInterruption()[Symbol.dispose]();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
