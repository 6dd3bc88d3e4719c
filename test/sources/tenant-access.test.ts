import { expect, test } from '@jest/globals';
import type { RateLimitOptions } from '../../input/http/rate-limit.ts';
import { TenantAccess } from '../../input/sources/tenant-access.ts';
import { ManualClock } from '../http/manual-clock.ts';

const { signal } = new AbortController();

function member(clock: ManualClock, requestsPerMinute: number) {
  const told = { pauses: 0, resumes: 0 };
  const options: RateLimitOptions = {
    clock,
    random: () => 1,
    requestsPerMinute,
    throttling: () => undefined,
    onPause: () => {
      told.pauses += 1;
    },
    onResume: () => {
      told.resumes += 1;
    },
  };
  return { options, told };
}

test('streams of a tenant have one request budget, as small as the smallest of theirs', async () => {
  const clock = new ManualClock();
  const access = new TenantAccess();
  const large = access.joinBudget('tenant', member(clock, 600).options);
  const small = access.joinBudget('tenant', member(clock, 60).options);
  expect(small.value).toBe(large.value);
  let admitted = 0;
  const ask = (count: number) => {
    for (let request = 0; request < count; request++)
      void large.value.admit(signal).then(() => {
        admitted += 1;
      });
  };
  ask(200);
  await clock.advance(60_000);
  expect(admitted).toBeLessThanOrEqual(60);
  small.leave();
  await clock.advance(600_000);
  const before = admitted;
  ask(2000);
  await clock.advance(60_000);
  expect(admitted - before).toBeGreaterThan(400);
});

test('all of them are told of a pause, and of its end', async () => {
  const clock = new ManualClock();
  const access = new TenantAccess();
  const [one, other] = [member(clock, 100), member(clock, 100)];
  const { value: budget } = access.joinBudget('tenant', one.options);
  const left = access.joinBudget('tenant', other.options);
  await clock.advance(1000);
  budget.pause(clock.now(), 10_000);
  expect([one.told.pauses, other.told.pauses]).toEqual([1, 1]);
  await clock.advance(20_000);
  left.leave();
  budget.succeeded();
  expect([one.told.resumes, other.told.resumes]).toEqual([1, 0]);
});

test('a tenant that nobody holds any more begins anew', () => {
  const clock = new ManualClock();
  const access = new TenantAccess();
  const first = access.joinBudget('tenant', member(clock, 100).options);
  first.leave();
  expect(access.joinBudget('tenant', member(clock, 100).options).value).not.toBe(first.value);
});
