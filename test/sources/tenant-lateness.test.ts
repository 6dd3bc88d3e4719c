// How long a feed may be behind before it is called late, and how a delay is put in words, whatever the source.

import { expect, test } from '@jest/globals';
import type { Report } from '../../input/contract/telemetry.ts';
import { FeedStatus } from '../../input/sources/tenant/feed-status.ts';
import { Lateness } from '../../input/sources/tenant/lateness.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A feed that is looked at every minute, and lags as `lag` says. */
function watch(intervalMs: number, lag: (minutes: number) => number, minutes: number): boolean[] {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const lateness = new Lateness({ now: () => now, sleep: async () => undefined }, intervalMs);
  return Array.from({ length: minutes }, (_, index) => {
    const allowed = lateness.look();
    const lagMs = lag(index) * minute;
    const isBehind = allowed !== undefined && lagMs > allowed;
    const report = lateness.tell(
      isBehind ? { since: now - lagMs, what: 'it waits', why: '' } : undefined,
      now,
    );
    now += minute;
    return report !== undefined;
  });
}

test('a lag about the limit makes it late once, and not again and again', () => {
  const states = watch(minute, (at) => (at < 20 ? 0 : 12 + 4 * Math.sin(at)), 200);
  const changes = states.filter((state, index) => index > 0 && state !== states[index - 1]);
  expect(changes).toEqual([true]);
});

test('the lag of an interval is none, however long that is', () => {
  for (const interval of [1, 5, 7, 30]) {
    const states = watch(interval * minute, (at) => (at % interval) + 1, 10 * interval + 60);
    expect(states).not.toContain(true);
  }
});

test('it has caught up when half of the time allowed is enough', () => {
  expect(watch(minute, (at) => (at < 30 ? 16 : 8), 40).lastIndexOf(true)).toBe(39);
  expect(watch(minute, (at) => (at < 30 ? 16 : 7), 40).lastIndexOf(true)).toBe(29);
});

test.each([
  [16 * minute, 'Late by 15 minutes, since 11:44 UTC: it waits. So it is.'],
  [119 * minute, 'Late by 115 minutes, since 10:01 UTC: it waits. So it is.'],
  [11 * hour, 'Late by 11 hours, since 01:00 UTC: it waits. So it is.'],
  [50 * hour, 'Late by 2 days, since 2026-02-27 10:00 UTC: it waits. So it is.'],
])('a delay of %d ms is told in a sentence', (lag, message) => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const lateness = new Lateness({ now: () => now, sleep: async () => undefined }, minute);
  expect(lateness.tell({ since: now - lag, what: 'it waits', why: 'So it is.' }, now)).toEqual({
    ...{ health: 'degraded', code: 'late', needsOperator: false },
    message,
  });
});

test('what holds it up is told with its own code, and being late behind it', () => {
  const shown: Report[] = [];
  const line = () => undefined;
  const telemetry = {
    report: (_: unknown, report: Report) => void shown.push(report),
    count: line,
    lag: line,
  };
  const log = { debug: line, info: line, warn: line, error: line };
  const status = new FeedStatus({ tenant: 't', source: 's', name: 'n' }, telemetry, log);
  status.set('listing', { health: 'healthy', message: 'collecting' });
  status.set('late', { health: 'degraded', code: 'late', message: 'Late by 15 minutes.' });
  status.set('content', { health: 'degraded', code: 'AF50000', message: 'It cannot be fetched.' });
  status.set('subscription', { health: 'failed', code: 'x', needsOperator: true, message: 'Not permitted.' });
  status.set('subscription', undefined);
  status.set('late', undefined);
  status.set('content', undefined);
  expect(shown.map(({ code, message }) => [code, message])).toEqual([
    [undefined, 'collecting'],
    ['late', 'Late by 15 minutes.'],
    ['AF50000', 'It cannot be fetched. Late by 15 minutes.'],
    ['x', 'Not permitted. Late by 15 minutes.'],
    ['AF50000', 'It cannot be fetched. Late by 15 minutes.'],
    ['AF50000', 'It cannot be fetched.'],
    [undefined, 'collecting'],
  ]);
});
