// How much of a budget the polls of a feed take, within the limits that Microsoft publishes.

import { expect, test } from '@jest/globals';
import { openPacedRun } from './paced-run.ts';

const hour = 3_600_000;
const kinds = ['graph-risk-detections', 'graph-directory-audits'];

test('a run that collects once ends, though time goes on while it waits for its budget', async () => {
  const log = { records: 200, days: 2, latencyMs: 600_000, ratePerMinute: 1 };
  await using run = await openPacedRun({ graph: { riskDetections: log, directoryAudits: log }, kinds });
  const begun = run.clock.now();
  await run.collectOnce();
  expect(run.clock.now() - begun).toBeLessThan(hour);
  const { riskDetections = 0, directoryAudits = 0 } = run.emulator.requests.counts().byContentType;
  expect(Math.max(riskDetections, directoryAudits)).toBeLessThan(60);
});

test('a backlog takes as long as the budget makes it take', async () => {
  const log = { records: 6000, days: 29, latencyMs: 600_000 };
  await using run = await openPacedRun({
    graph: { directoryAudits: log, interactiveUser: log },
    kinds: ['graph-directory-audits', 'graph-sign-ins'],
  });
  const begun = run.clock.now();
  await run.collectOnce();
  const { byContentType } = run.emulator.requests.counts();
  const requests = Object.values(byContentType).reduce((sum, each) => sum + each, 0);
  const allowedMs = (requests / 5) * 10_000;
  expect(run.clock.now() - begun).toBeLessThan(1.1 * allowedMs);
});

test('following takes a small part of the budgets', async () => {
  const log = { records: 0, ratePerMinute: 5, latencyMs: 60_000 };
  await using run = await openPacedRun({ graph: { riskDetections: log }, kinds: ['graph-risk-detections'] });
  await run.follow(() => run.clock.pass(hour));
  const { byContentType, byStatus } = run.emulator.requests.counts();
  // Twelve polls, each for what is new, what was new before and the overlap, and the first one for thirty days.
  expect(byContentType.riskDetections).toBeLessThan(100);
  expect(byStatus['429']).toBeUndefined();
});
