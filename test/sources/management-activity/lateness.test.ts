// What the operator is told of content that could be had for long and is not delivered.

import { describe, expect, test } from '@jest/globals';
import type { EmulatorOptions } from '../../../input/emulator/index.ts';
import type { ManagementActivityOptions } from '../../../input/sources/management-activity/options.ts';
import { feedOf } from '../../../input/sources/management-activity/stream.ts';
import { startRun } from './emulated-run.ts';
import { follow, untilListed } from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;
const contentType = 'Audit.General';

/** A tenant without content. */
async function begin(over: Partial<ManagementActivityOptions> = {}, emulated: EmulatorOptions = {}) {
  const run = await startRun({ tenants: [{ content: { records: 0 } }], ...emulated });
  const { emulator, bench, clock, optionsOf } = run;
  const publish = (madeAgoMs = 0) => {
    const contentCreated = new Date(emulator.time.now() - madeAgoMs).toISOString();
    return emulator.publish({ contentType, generate: 2, contentCreated }).contentId;
  };
  const settings = { contentTypes: [contentType], ...over } as const;
  const feed = feedOf(optionsOf().tenantId, contentType);
  const current = () => bench.recorder.current(contentType);
  return {
    ...run,
    ...{ publish, current, feed },
    optionsOf: () => optionsOf(settings),
    start: () => run.follow(settings),
    listed: () => untilListed(bench, feed),
    late: () => clock.until(() => current()?.message.includes('Late by') === true, 'it is late'),
    caughtUp: () => clock.until(() => current()?.health !== 'degraded', 'it has caught up'),
    isLate: () => bench.recorder.seen(contentType).some(({ message }) => message.includes('Late by')),
  };
}

/** Begins with an output that takes nothing, after a quarter of an hour in which nothing is called late. */
async function beginHeld(over: Partial<ManagementActivityOptions> = {}) {
  const run = await begin(over);
  const following = run.start();
  following.settling = false;
  await run.listed();
  await run.clock.pass(20 * minute);
  const fetched = (id: string) =>
    run.clock.until(
      () => following.collected.batches.some(({ origin }) => origin.position === id),
      'it is fetched',
    );
  const settle = async () => {
    for (const batch of following.collected.batches)
      await batch.settle({ delivered: 2, duplicate: 0, deadLettered: 0 });
  };
  return { ...run, following, fetched, settle };
}

describe('a content type', () => {
  test('is late while new content waits for the output, and no more once it was taken', async () => {
    const { publish, fetched, settle, current, late, caughtUp, clock, bench } = await beginHeld();
    const content = publish();
    const before = clock.now();
    await fetched(content);
    await late();
    expect(clock.now() - before).toBeGreaterThanOrEqual(15 * minute);
    expect(clock.now() - before).toBeLessThan(17 * minute);
    expect(current()).toMatchObject({ health: 'degraded', code: 'late', needsOperator: false });
    expect(current()?.message).toMatch(
      /^Late by 15 minutes, since \d\d:\d\d UTC: 1 content blob waits\. Documents wait for the output/,
    );
    await settle();
    await caughtUp();
    const told = bench.recorder.lines.map(({ message }) => message);
    expect(told).toContainEqual(expect.stringMatching(/^Audit\.General: Late by 15 minutes/));
    expect(told).toContain('Audit.General has recovered: collecting');
  });

  test('with a long interval is given three of them', async () => {
    const { publish, fetched, late, clock } = await beginHeld({ intervalMs: 10 * minute });
    await clock.pass(10 * minute);
    await fetched(publish());
    const before = clock.now();
    await late();
    expect(clock.now() - before).toBeGreaterThan(19 * minute);
  });

  test('is not late with what Microsoft lists late, until that waits for as long', async () => {
    const { publish, fetched, late, isLate, clock } = await beginHeld();
    await fetched(publish(15 * minute));
    const before = clock.now();
    await clock.pass(13 * minute);
    expect(isLate()).toBe(false);
    await late();
    expect(clock.now() - before).toBeGreaterThan(14 * minute);
  });

  test('is not late with its history', async () => {
    const { publish, start, isLate, clock } = await begin();
    publish(24 * hour);
    const following = start();
    following.settling = false;
    await clock.until(() => following.collected.batches.length > 0, 'history is fetched');
    await clock.pass(2 * hour);
    expect(isLate()).toBe(false);
  });

  test('that waits for its share of the requests is told which setting to raise', async () => {
    const { publish, start, listed, current, late } = await begin({ requestsPerMinute: 1 });
    start();
    await listed();
    for (let count = 0; count < 60; count += 1) publish();
    await late();
    expect(current()?.message).toContain('The request budget is used up; raise requests_per_minute');
  });

  test('that Microsoft holds back says so, and until when', async () => {
    const { publish, start, listed, current, late, emulator } = await begin();
    start();
    await listed();
    const fault = { kind: 'af', code: 'AF429', status: 429, retryAfter: 3600 } as const;
    emulator.setFaults([{ match: { operation: 'blob' }, fault }]);
    publish();
    await late();
    expect(current()?.message).toMatch(
      /Microsoft limits the requests of this tenant; it goes on at \d\d:\d\d UTC\./,
    );
  });

  test('that cannot be listed is late without content, and says first why', async () => {
    const { start, listed, current, late, caughtUp, emulator, clock } = await begin();
    start();
    await listed();
    emulator.setFaults([{ match: { operation: 'content' }, fault: { kind: 'status', status: 503 } }]);
    const before = clock.now();
    await late();
    expect(clock.now() - before).toBeGreaterThan(14 * minute);
    expect(current()?.message).toMatch(
      /^Content cannot be listed: .+ Late by 15 minutes, since \d\d:\d\d UTC: content made from then on was not listed\./,
    );
    emulator.setFaults([]);
    await caughtUp();
  });

  test('whose listings Microsoft holds back is late without content', async () => {
    const { start, listed, current, late, emulator } = await begin();
    start();
    await listed();
    const fault = { kind: 'af', code: 'AF429', status: 429, retryAfter: 300 } as const;
    emulator.setFaults([{ match: { operation: 'content' }, fault }]);
    await late();
    expect(current()?.message).toMatch(/content made from then on was not listed\. Microsoft limit/);
  });

  test('is given its time after a start, and after the machine was asleep', async () => {
    const { start, listed, isLate, late, bench, optionsOf, clock, emulator } = await begin();
    const first = start();
    await listed();
    await first.stop();
    clock.advance(10 * hour);
    emulator.setFaults([{ match: { operation: 'content' }, fault: { kind: 'status', status: 503 } }]);
    const second = follow(bench, optionsOf());
    await clock.pass(14 * minute);
    expect(isLate()).toBe(false);
    await late();
    expect(bench.recorder.current(contentType)?.message).toMatch(/Late by 10 hours, since/);
    const told = bench.recorder.seen(contentType).length;
    clock.advance(10 * hour);
    await clock.pass(13 * minute);
    const since = bench.recorder.seen(contentType).slice(told);
    expect(since.at(-1)?.message).not.toContain('Late by');
    await second.stop();
  });

  test('whose subscription is not permitted is not late', async () => {
    const run = await begin(
      { contentTypes: ['DLP.All'] },
      { tenants: [{ content: { records: 0 }, roles: ['ActivityFeed.Read'] }] },
    );
    run.start();
    const current = () => run.bench.recorder.current('DLP.All');
    await run.clock.until(() => current()?.code === 'not-permitted', 'it is not permitted');
    await run.clock.pass(hour);
    expect(current()).toMatchObject({ health: 'stopped', code: 'not-permitted' });
  });
});
