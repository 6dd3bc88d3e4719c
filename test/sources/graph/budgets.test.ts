// The budgets against the limits as Microsoft counts them: requests that go as fast as a budget lets them are never refused.

import { expect, test } from '@jest/globals';
import { Limits } from '../../../input/emulator/apis/graph/limits.ts';
import { RequestBudget } from '../../../input/http/rate-limit.ts';
import { type BudgetName, budgets } from '../../../input/sources/graph/api/budgets.ts';

const names: readonly BudgetName[] = [
  'reports',
  'identity protection',
  'security',
  'service communications',
  'message trace',
];

test.each(names)('the budget of %s stays within the limit', async (name) => {
  const { clock, budget } = openBudget(name);
  const limits = new Limits();
  const begun = clock.now();
  for (let request = 0; request < 600; request += 1) {
    await budget.admit(AbortSignal.timeout(60_000));
    expect(limits.check('tenant', name, clock.now())).toBeUndefined();
  }
  // And it spends most of it.
  const allowed = {
    reports: 30,
    'identity protection': 60,
    security: 150,
    'service communications': 13.3,
    'message trace': 20,
  };
  expect(600 / ((clock.now() - begun) / 60_000)).toBeGreaterThan(0.94 * allowed[name]);
});

test('the budget of service communications stays within 800 in any hour', async () => {
  const { clock, budget } = openBudget('service communications');
  const begun = clock.now();
  let admitted = 0;
  for (; clock.now() < begun + 3_600_000; admitted += 1) await budget.admit(AbortSignal.timeout(60_000));
  expect(admitted).toBeLessThanOrEqual(800);
});

function openBudget(name: BudgetName) {
  let now = 1_800_000_000_000;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += Math.ceil(ms);
    },
  };
  const [limit] = budgets[name];
  const budget = new RequestBudget({ ...limit, clock, random: () => 0, throttling: () => undefined });
  return { clock, budget };
}
